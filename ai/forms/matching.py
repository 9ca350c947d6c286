"""What a student types to find a tutor."""

from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import tongues
from accounts.models import Level, Subject, User
from ai.wishes import Window, Wishes
from courses.forms.teach import plain
from tutorme.core import amounts
from tutorme.core.money import CURRENCIES

_DAYS = [
    ("1", _("Monday")),
    ("2", _("Tuesday")),
    ("3", _("Wednesday")),
    ("4", _("Thursday")),
    ("5", _("Friday")),
    ("6", _("Saturday")),
    ("0", _("Sunday")),
]


class MatchForm(forms.Form):
    subject = forms.ChoiceField(label=_("Subject"))
    level = forms.ChoiceField(label=_("Your level"), required=False)
    related = forms.BooleanField(
        label=_("Related subjects too"),
        required=False,
        help_text=_("Of the same family; they count less."),
    )
    language = forms.ChoiceField(label=_("Language of the lessons"), required=False)
    budget = forms.CharField(label=_("Up to, for an hour"), max_length=12, required=False)
    currency = forms.ChoiceField(
        label=_("Currency"), choices=[(code, code) for code in CURRENCIES], initial="EUR"
    )
    is_strict = forms.BooleanField(label=_("Nobody above this price"), required=False)
    minutes = forms.IntegerField(
        label=_("Minutes a lesson"), min_value=15, max_value=480, initial=60
    )
    days = forms.MultipleChoiceField(
        label=_("Days"),
        choices=_DAYS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None: any day."),
    )
    after = forms.TimeField(
        label=_("From"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    before = forms.TimeField(
        label=_("To"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}),
        help_text=_("By your own clock."),
    )
    goals = forms.CharField(
        label=_("What you want to work on"),
        max_length=300,
        required=False,
        validators=[plain],
        help_text=_("A few words, apart by commas."),
    )
    note = forms.CharField(
        label=_("In your own words"),
        max_length=300,
        required=False,
        validators=[plain],
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user
        subjects = Subject.objects.offered().order_by("name").values_list("slug", "name")
        self._set("subject", [("", _("Choose")), *subjects])
        self._set("level", [("", _("Any")), *Level.choices])
        self._set("language", [("", _("Any")), *tongues.language_choices()])

    def _set(self, name: str, choices: list[Any]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("budget"):
            said["budget_minor"] = self._budget(said)
        return said

    def _budget(self, said: dict[str, Any]) -> int | None:
        try:
            money = amounts.typed(said["budget"], said.get("currency", "EUR"), above_zero=True)
        except forms.ValidationError as error:
            self.add_error("budget", error)
            return None
        if money.minor > 10_000_000:
            self.add_error("budget", _("This is more than an hour can cost."))
        return money.minor

    def wishes(self) -> Wishes:
        said = self.cleaned_data
        family = Subject.objects.filter(slug=said["subject"]).values_list("family", flat=True)
        return Wishes(
            subjects=(said["subject"],),
            families=tuple(family) if said["related"] else (),
            level=said["level"],
            languages=(said["language"],) if said["language"] else (),
            budget_minor=said.get("budget_minor"),
            currency=said["currency"],
            is_strict=said["is_strict"],
            minutes=said["minutes"],
            windows=self._windows(),
            goals=tuple(
                goal for raw in said["goals"].split(",")[:10] if (goal := raw.strip()[:60])
            ),
            zone=self._user.time_zone,
            note=said["note"],
        )

    def _windows(self) -> tuple[Window, ...]:
        said = self.cleaned_data
        if not (said["days"] or said["after"] or said["before"]):
            return ()
        days = said["days"] or [value for value, _label in _DAYS]
        start, end = said["after"] or time(0), said["before"] or time(0)
        return tuple(Window(int(day), start, end) for day in days)


class TaskForm(forms.Form):
    task = forms.CharField(
        label=_("What are you stuck on?"),
        max_length=500,
        validators=[plain],
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The task, or the sentence you do not understand."),
    )
