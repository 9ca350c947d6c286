"""Hours as people write them: `09:00-12:00, 13:30-17:00`, a line for each special date."""

import re
from datetime import date, time
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from booking.models import LessonType, Schedule
from tutorme.core import amounts
from tutorme.core.money import CURRENCIES

_WINDOW = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)\s*(?:-|–|to)\s*([01]?\d|2[0-4])[:.]([0-5]\d)")
_MOST_DATES = 400


class WindowsField(forms.CharField):
    """[{"start": time, "end": time}]; 24:00 is midnight."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=200, **kwargs)

    def to_python(self, value: Any) -> Any:
        return windows_in(super().to_python(value) or "")


def windows_in(text: str) -> list[dict[str, time]]:
    found = []
    for part in filter(None, (each.strip() for each in re.split("[,;]", text))):
        match = _WINDOW.fullmatch(part)
        if match is None:
            raise forms.ValidationError(
                _("Write hours like 09:00-12:00, not “%(text)s”."), params={"text": part[:40]}
            )
        first, minute, last, end = (int(number) for number in match.groups())
        if last == 24 and end:
            raise forms.ValidationError(_("A day ends at 24:00."))
        found.append({"start": time(first, minute), "end": time(last % 24, end)})
    return found


def written(windows: list[tuple[time, time]]) -> str:
    """The other way round."""
    return ", ".join(
        f"{start:%H:%M}-{'24:00' if end == time(0) else f'{end:%H:%M}'}" for start, end in windows
    )


class AvailabilityForm(forms.Form):
    """Seven fields `day_0` (Sunday) to `day_6`, the figures, and special dates."""

    time_zone = forms.ChoiceField(label=_("Your hours are in the time of"))
    slot_minutes = forms.TypedChoiceField(
        label=_("Lessons can start every"),
        coerce=lambda text: int(text) if text else None,
        empty_value=None,
        required=False,
        choices=[
            ("15", _("15 minutes")),
            ("30", _("30 minutes")),
            ("60", _("hour")),
            ("", _("lesson's length")),
        ],
    )
    buffer_before = forms.IntegerField(
        label=_("Minutes free before a lesson"), min_value=0, max_value=240
    )
    buffer_after = forms.IntegerField(
        label=_("Minutes free after a lesson"), min_value=0, max_value=240
    )
    notice_minutes = forms.TypedChoiceField(
        label=_("Nobody books later than"),
        coerce=int,
        choices=[
            (0, _("any time before")),
            (60, _("1 hour before")),
            (240, _("4 hours before")),
            (720, _("12 hours before")),
            (1440, _("24 hours before")),
            (2880, _("48 hours before")),
        ],
    )
    horizon_days = forms.IntegerField(
        label=_("Days ahead that can be booked"), min_value=1, max_value=365
    )
    max_per_day = forms.IntegerField(
        label=_("Lessons a day at most"), min_value=1, max_value=48, required=False
    )
    max_per_week = forms.IntegerField(
        label=_("Lessons a week at most"), min_value=1, max_value=200, required=False
    )
    cancellation = forms.ChoiceField(
        label=_("When a student cancels"), choices=Schedule.Cancellation.choices
    )
    needs_approval = forms.BooleanField(label=_("I answer each request myself"), required=False)
    is_open = forms.BooleanField(label=_("I take bookings"), required=False)
    dates = forms.CharField(
        label=_("Special dates"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line: 2026-12-24 closed, or 2026-12-31 10:00-12:00."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, schedule: Schedule) -> None:
        super().__init__(data, initial=_initial(schedule))
        zones = sorted(name for name in available_timezones() if "/" in name or name == "UTC")
        field = self.fields["time_zone"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(name, name.replace("_", " ")) for name in zones]
        for number in (1, 2, 3, 4, 5, 6, 0):
            self.fields[f"day_{number}"] = WindowsField(label=WEEKDAYS[(number - 1) % 7])
        order = [name for name in self.fields if name.startswith("day_")]
        self.order_fields(["time_zone", *order])

    @property
    def days(self) -> list[forms.BoundField]:
        return [field for field in self if field.name.startswith("day_")]

    @property
    def figures(self) -> list[forms.BoundField]:
        return [
            field
            for field in self
            if not field.name.startswith("day_") and field.name not in {"time_zone", "version"}
        ]

    def clean_dates(self) -> list[dict[str, Any]]:
        lines = [line.strip() for line in self.cleaned_data["dates"].splitlines()]
        found = [_special(line) for line in lines if line]
        if len(found) > _MOST_DATES:
            raise forms.ValidationError(_("At most 400 special dates."))
        return found

    def changes(self) -> dict[str, Any]:
        """As `services.schedules.change` takes them."""
        kept = dict(self.cleaned_data)
        kept.pop("version")
        week = [
            {"day_of_week": number, **window}
            for number in range(7)
            for window in kept.pop(f"day_{number}")
        ]
        return {"weekly": week, "overrides": kept.pop("dates"), **kept}


def _special(line: str) -> dict[str, Any]:
    day, _blank, rest = line.partition(" ")
    try:
        on = date.fromisoformat(day.rstrip(":"))
    except ValueError as error:
        raise forms.ValidationError(
            _("“%(text)s” does not begin with a date like 2026-12-24."), params={"text": line[:40]}
        ) from error
    closed = rest.strip().casefold() in {"", "closed", str(_("closed")).casefold()}
    return {"date": on, "windows": [] if closed else windows_in(rest)}


def _initial(schedule: Schedule) -> dict[str, Any]:
    week: dict[int, list[tuple[time, time]]] = {}
    for row in schedule.weekly.all():
        week.setdefault(row.day_of_week, []).append((row.starts, row.ends))
    lines = [
        f"{row.on} {', '.join('-'.join(window) for window in row.windows) or 'closed'}"
        for row in schedule.overrides.all()
    ]
    figures = (
        "time_zone slot_minutes buffer_before buffer_after notice_minutes horizon_days "
        "max_per_day max_per_week cancellation needs_approval is_open version"
    ).split()
    return {
        **{name: getattr(schedule, name) for name in figures},
        **{f"day_{number}": written(week.get(number, [])) for number in range(7)},
        "dates": "\n".join(lines),
    }


class LessonTypeForm(forms.Form):
    title = forms.CharField(label=_("What it is called"), max_length=80)
    minutes = forms.IntegerField(label=_("Minutes"), min_value=15, max_value=480, initial=60)
    amount = forms.CharField(label=_("Price"), max_length=12, initial="30.00")
    currency = forms.ChoiceField(
        label=_("Currency"), choices=[(code, code) for code in sorted(CURRENCIES)], initial="EUR"
    )
    is_trial = forms.BooleanField(label=_("A trial, once for each student"), required=False)
    capacity = forms.IntegerField(
        label=_("Seats"),
        min_value=1,
        max_value=50,
        initial=1,
        required=False,
        help_text=_("More than one: a lesson for several, at times you set."),
    )

    def clean(self) -> dict[str, Any]:
        kept = super().clean() or {}
        if "amount" in kept and "currency" in kept:
            try:
                kept["price"] = amounts.typed(kept["amount"], kept["currency"])
            except forms.ValidationError as error:
                self.add_error("amount", error)
        return kept

    def offer(self) -> dict[str, Any]:
        names = ("title", "minutes", "price", "is_trial", "capacity")
        given = {name: self.cleaned_data[name] for name in names}
        return {**given, "capacity": given["capacity"] or 1}


class GroupForm(forms.Form):
    """A time on the tutor's own clock for a lesson for several."""

    kind = forms.ChoiceField(label=_("What"))
    start = forms.DateTimeField(
        label=_("When"),
        input_formats=["%Y-%m-%dT%H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )

    def __init__(self, data: Any = None, *, kinds: list[LessonType]) -> None:
        super().__init__(data)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(each.pk), str(each)) for each in kinds if each.is_group]
