"""What people ask the catalogue, and the sheet of a quiz."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from courses.models import Attempt, Course, Question
from courses.streaks import MOST_REST_DAYS

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
PLANS = {"true": _("Included in a plan"), "false": _("Sold by itself")}
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
    """The parameters of `GET /api/v1/courses/`. A value nobody offered is left out, so that an old
    link still shows a catalogue."""

    search = forms.CharField(max_length=200, required=False)
    category = forms.CharField(max_length=60, required=False)
    difficulty = forms.ChoiceField(choices=list(LEVELS.items()), required=False)
    price = forms.ChoiceField(choices=list(PRICE_BANDS.items()), required=False)
    rating = forms.ChoiceField(choices=list(RATINGS.items()), required=False)
    language = forms.RegexField(r"^[A-Za-z-]{2,12}$", required=False)
    tag = forms.CharField(max_length=40, required=False)
    price_min = forms.DecimalField(min_value=0, max_digits=10, decimal_places=2, required=False)
    price_max = forms.DecimalField(min_value=0, max_digits=10, decimal_places=2, required=False)
    is_premium = forms.TypedChoiceField(
        choices=list(PLANS.items()),
        coerce=lambda value: value == "true",
        empty_value=None,
        required=False,
    )
    instructor = forms.UUIDField(required=False)
    ordering = forms.ChoiceField(choices=list(ORDERS.items()), required=False)

    def asked(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}


STARS = {5: _("5: excellent"), 4: _("4: good"), 3: _("3: fair"), 2: _("2: poor"), 1: _("1: bad")}


class RatingForm(forms.Form):
    rating = forms.TypedChoiceField(
        label=_("Your rating"), choices=list(STARS.items()), coerce=int, widget=forms.RadioSelect
    )
    review = forms.CharField(
        label=_("What should others know?"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class WordsForm(forms.Form):
    """A reply or a reason, which are words and nothing else."""

    text = forms.CharField(max_length=1000, required=False)


class InsideForm(forms.Form):
    q = forms.CharField(max_length=200, required=False)


class NoteForm(forms.Form):
    """`at` is a second of the video, or the time its player shows (12:30)."""

    body = forms.CharField(max_length=10_000, strip=False)
    at = forms.RegexField(r"^(\d{1,5}|(\d{1,2}:)?\d{1,2}:\d{2})$", required=False)

    def at_s(self) -> int | None:
        given = self.cleaned_data["at"]
        if not given:
            return None
        seconds = 0
        for part in given.split(":"):
            seconds = 60 * seconds + int(part)
        return seconds


class BookmarkForm(NoteForm):
    body = forms.CharField(max_length=120, required=False)


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


WEEKDAYS = (
    *(("0", _("Monday")), ("1", _("Tuesday")), ("2", _("Wednesday")), ("3", _("Thursday"))),
    *(("4", _("Friday")), ("5", _("Saturday")), ("6", _("Sunday"))),
)


class MotivationForm(forms.Form):
    """How much of streaks, points and boards somebody wants to see, and when they rest."""

    rest_days = forms.MultipleChoiceField(
        label=_("Rest days"),
        choices=WEEKDAYS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Up to two. A day of rest neither breaks nor adds; it begins tomorrow."),
    )
    wants_boards = forms.BooleanField(
        label=_("Show me on the leaderboards"),
        required=False,
        help_text=_("With your name and points, to everybody. You can leave at any moment."),
    )
    is_calm = forms.BooleanField(
        label=_("Calm: show me none of this"),
        required=False,
        help_text=_("No streaks, points, achievements or boards anywhere. Nothing is lost."),
    )

    def clean_rest_days(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["rest_days"]
        if len(chosen) > MOST_REST_DAYS:
            raise forms.ValidationError(_("Choose two rest days at most."))
        return chosen
