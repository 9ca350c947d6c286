"""What people ask the catalogue, and the sheet of a quiz."""

import unicodedata
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from courses.models import Attempt, Course, PostReport, Question
from courses.queries.catalogue import Wanted
from tutorme.core.api.serializers import is_forbidden

LEVELS = {
    Course.Difficulty.BEGINNER: _("Beginner"),
    Course.Difficulty.INTERMEDIATE: _("Intermediate"),
    Course.Difficulty.ADVANCED: _("Advanced"),
}
PRICE_BANDS = {
    "free": _("Free"),
    "under-10": _("Under 10"),
    "10-25": _("10 to 25"),
    "25-50": _("25 to 50"),
    "50-100": _("50 to 100"),
    "over-100": _("100 and more"),
}
RATINGS = {
    "4.5": _("4.5 and better"),
    "4.0": _("4 and better"),
    "3.5": _("3.5 and better"),
    "3.0": _("3 and better"),
}
ORDERS = {
    "relevance": _("Best match"),
    "newest": _("Newest"),
    "rating": _("Best rated"),
    "popular": _("Most learners"),
    "price": _("Lowest price"),
    "-price": _("Highest price"),
    "title": _("Title"),
}


class CatalogueForm(forms.Form):
    """A value nobody offered is left out, so that an old link still shows a catalogue."""

    q = forms.CharField(max_length=200, required=False)
    subject = forms.CharField(max_length=60, required=False)
    level = forms.ChoiceField(choices=list(LEVELS.items()), required=False)
    price = forms.ChoiceField(choices=list(PRICE_BANDS.items()), required=False)
    rating = forms.ChoiceField(choices=list(RATINGS.items()), required=False)
    language = forms.RegexField(r"^[A-Za-z-]{2,12}$", required=False)
    tag = forms.CharField(max_length=40, required=False)
    order = forms.ChoiceField(choices=list(ORDERS.items()), required=False)

    def wanted(self) -> dict[str, str]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


_COLUMNS = {"q": "text", "subject": "category", "level": "difficulty"}


def wanted_of(given: dict[str, str]) -> Wanted:
    named: dict[str, Any] = {_COLUMNS.get(name, name): value for name, value in given.items()}
    return Wanted(**named)


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


class PlainText(forms.CharField):
    """Without characters that make a text show what it is not; line ends as one character."""

    def to_python(self, value: Any) -> str:
        text = unicodedata.normalize("NFC", (super().to_python(value) or "").replace("\r\n", "\n"))
        if any(is_forbidden(char) and char not in "\n\t" for char in text):
            raise forms.ValidationError(_("A character is not allowed here."), code="character")
        return text


def _area(rows: int = 5) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class SubmissionForm(forms.Form):
    text = PlainText(max_length=50_000, required=False, strip=False, widget=_area(12))
    file = forms.FileField(required=False)


class SearchForm(forms.Form):
    q = PlainText(max_length=200, required=False)

    def text(self) -> str:
        return str(self.cleaned_data.get("q", "")) if self.is_valid() else ""


class ThreadForm(forms.Form):
    title = PlainText(max_length=150, label=_("Your question in one sentence"))
    body = PlainText(
        max_length=5000, label=_("What you have tried, and where it stops"), widget=_area()
    )


class PostForm(forms.Form):
    body = PlainText(max_length=5000, label=_("Your answer"), widget=_area())


REASONS = {
    PostReport.Reason.SPAM: _("It is advertising"),
    PostReport.Reason.RUDE: _("It is rude"),
    PostReport.Reason.GIVES_AWAY: _("It gives answers of a quiz away"),
    PostReport.Reason.PERSONAL: _("It shows personal data"),
    PostReport.Reason.OTHER: _("Something else"),
}


class ReportForm(forms.Form):
    reason = forms.ChoiceField(choices=list(REASONS.items()), label=_("What is wrong with it?"))
    note = PlainText(max_length=500, required=False, label=_("Anything to add"))


class AppealForm(forms.Form):
    question = forms.UUIDField()
    text = PlainText(max_length=1000, label=_("Why should your answer count?"), widget=_area(3))
