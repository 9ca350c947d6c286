"""What people ask the catalogue, and the sheet of a quiz."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from courses.models import Attempt, Course, Question

LEVELS = {
    Course.Difficulty.BEGINNER: _("Beginner"),
    Course.Difficulty.INTERMEDIATE: _("Intermediate"),
    Course.Difficulty.ADVANCED: _("Advanced"),
}
PRICES = {"free": _("Free"), "paid": _("With a price")}
ORDERS = {
    "relevance": _("Best match"),
    "newest": _("Newest"),
    "popular": _("Most learners"),
    "price": _("Lowest price"),
    "title": _("Title"),
}


class CatalogueForm(forms.Form):
    """A value nobody offered is left out, so that an old link still shows a catalogue."""

    q = forms.CharField(max_length=200, required=False)
    subject = forms.CharField(max_length=60, required=False)
    level = forms.ChoiceField(choices=list(LEVELS.items()), required=False)
    price = forms.ChoiceField(choices=list(PRICES.items()), required=False)
    order = forms.ChoiceField(choices=list(ORDERS.items()), required=False)

    def wanted(self) -> dict[str, str]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


def answers_in(posted: QueryDict, attempt: Attempt) -> dict[UUID, Any]:
    """The answers of a posted sheet by question id; what was left empty is None. A page that
    saves by itself names in `changed` the questions it speaks of."""
    changed = set(posted.getlist("changed"))
    rows = attempt.answers.select_related("question").defer(
        "question__solution", "question__corrected", "question__explanation"
    )
    return {
        row.question_id: _answer(posted, row.question)
        for row in rows
        if not changed or str(row.question_id) in changed
    }


def sequence_in(posted: QueryDict) -> int | None:
    """The page's number of this save; None from a page without a script."""
    text = posted.get("sequence", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else None


def _answer(posted: QueryDict, question: Question) -> Any:
    name, kind = f"q-{question.pk}", question.kind
    if kind == Question.Kind.MULTIPLE:
        return posted.getlist(name) or None
    if kind == Question.Kind.ORDER:
        places = [key or None for key in posted.getlist(name)]
        return places if any(places) else None
    if kind == Question.Kind.MATCH:
        given = {o["key"]: posted.get(f"{name}-{o['key']}") or None for o in question.options}
        return given if any(given.values()) else None
    text = posted.get(name, "").strip()
    if kind == Question.Kind.TRUE_FALSE:
        return {"true": True, "false": False}.get(text)
    return text.replace("\r\n", "\n") or None
