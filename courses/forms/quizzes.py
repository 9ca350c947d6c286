"""The rules of a quiz and of an exercise, as forms; the documents they make are in
`courses.quiz_source` and `courses.exercise_rules`."""

from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from courses.forms.assessment import numbered
from courses.models import Quiz
from courses.quiz_checks import moment_of
from courses.quiz_source import SETTINGS

RECORDS = {
    Quiz.Record.HIGHEST: _("The best attempt"),
    Quiz.Record.LAST: _("The last attempt"),
    Quiz.Record.FIRST: _("The first attempt"),
    Quiz.Record.AVERAGE: _("The average of all attempts"),
}
REVIEWS = {
    Quiz.Review.AFTER_SUBMIT: _("After every attempt"),
    Quiz.Review.AFTER_PASS: _("After a pass"),
    Quiz.Review.AFTER_LAST_ATTEMPT: _("After a pass or the last attempt"),
    Quiz.Review.AFTER_DATE: _("From a date on"),
    Quiz.Review.NEVER: _("Never"),
}


def _number(label: Any, most: int, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=1, max_value=most, required=False, help_text=help_text
    )


def _moment(label: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, required=False, widget=widget)


class QuizForm(forms.Form):
    pass_percent = forms.IntegerField(label=_("Per cent to pass"), min_value=1, max_value=100)
    attempts = _number(_("Attempts at most"), 1000, _("Empty: as many as a learner likes."))
    time_limit_minutes = _number(_("Minutes at most"), 10_000, _("Empty: no limit."))
    cooldown_hours = _number(_("Hours to wait after a miss"), 1000)
    record = forms.ChoiceField(label=_("What counts"), choices=list(RECORDS.items()))
    review = forms.ChoiceField(label=_("Answers are shown"), choices=list(REVIEWS.items()))
    review_from = _moment(_("From this date on"))
    shuffle_questions = forms.BooleanField(label=_("Mix the questions"), required=False)
    shuffle_options = forms.BooleanField(label=_("Mix the choices"), required=False)

    @staticmethod
    def initial_of(data: dict[str, Any]) -> dict[str, Any]:
        said = {name: data.get(name, usual) for name, usual in SETTINGS.items()}
        return {**said, "review_from": moment_of(said["review_from"])}

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("review") == Quiz.Review.AFTER_DATE and not data.get("review_from"):
            self.add_error("review_from", _("Say from which date on."))
        return data

    def settings(self) -> dict[str, Any]:
        said = {name: self.cleaned_data[name] for name in SETTINGS}
        moment = said["review_from"]
        return {**said, "review_from": moment.isoformat() if moment else None}


COMPLETIONS = {"submitted": _("handing in"), "passed": _("passing")}
LATE = {
    "accept": _("accepted as if on time"),
    "reduce": _("accepted for fewer points"),
    "refuse": _("not taken"),
}
CRITERIA, LEVELS = 8, 5


class ExerciseForm(forms.Form):
    """The rubric's lines are plain numbered fields beside the form's own."""

    completion = forms.ChoiceField(label=_("Completed by"), choices=list(COMPLETIONS.items()))
    pass_percent = forms.IntegerField(label=_("Per cent to pass"), min_value=1, max_value=100)
    max_submissions = _number(_("Submissions at most"), 50, _("Empty: as many as it takes."))
    due_days = _number(_("Due so many days after enrolling"), 3650)
    due_at = _moment(_("Or due at one moment for everybody"))
    late = forms.ChoiceField(label=_("What comes late is"), choices=list(LATE.items()))
    late_percent = _number(_("Per cent less for every day late"), 100)
    takes_text = forms.BooleanField(label=_("Takes a text"), required=False)
    max_files = forms.IntegerField(label=_("Files at most"), min_value=0, max_value=10)

    @staticmethod
    def initial_of(data: dict[str, Any]) -> dict[str, Any]:
        usual = {
            "completion": "submitted",
            "pass_percent": 60,
            "late": "accept",
            "late_percent": 10,
            "takes_text": True,
            "max_files": 3,
        }
        return {**usual, **data, "due_at": moment_of(data.get("due_at"))}

    def data_of(self) -> dict[str, Any]:
        said = {name: self.cleaned_data[name] for name in self.fields}
        moment = said["due_at"]
        said["due_at"] = moment.isoformat() if moment else None
        said["rubric"] = self._rubric()
        return {name: value for name, value in said.items() if value not in (None, "", [])}

    def _rubric(self) -> list[dict[str, Any]]:
        titles = numbered(self.data, "criterion", CRITERIA)
        texts = numbered(self.data, "description", CRITERIA)
        rows = []
        for place, title in enumerate(titles):
            if title.strip():
                row = {"key": _key(title, place), "title": title.strip()}
                row |= {"description": texts[place].strip()} if texts[place].strip() else {}
                rows.append({**row, "levels": self._levels(place)})
        return rows

    def _levels(self, criterion: int) -> list[dict[str, Any]]:
        titles = numbered(self.data, f"level-{criterion}", LEVELS)
        points = numbered(self.data, f"points-{criterion}", LEVELS)
        return [
            {
                "key": _key(title, place),
                "title": title.strip(),
                "points": points[place].strip().replace(",", ".") or "0",
            }
            for place, title in enumerate(titles)
            if title.strip()
        ]

    def rubric_shown(self) -> list[dict[str, Any]]:
        """What is there, and lines to spare."""
        rows = self._rubric() if self.is_bound else list(self.initial.get("rubric") or [])
        rows += [{"title": "", "levels": []} for _line in range(2)]
        return [
            {**row, "levels": [*row["levels"], *([{}] * max(1, 3 - len(row["levels"])))][:LEVELS]}
            for row in rows[:CRITERIA]
        ]


def _key(title: str, place: int) -> str:
    return f"{slugify(title)[:30] or 'part'}-{place + 1}"
