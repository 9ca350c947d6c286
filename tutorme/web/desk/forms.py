"""Which days a report is about."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from tutorme.core.api.reports import usual_period
from tutorme.core.errors import ReportPeriodRefused
from tutorme.core.reports import Period
from tutorme.core.zones import today_in


class Day(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class PeriodForm(forms.Form):
    """Empty fields are the usual period."""

    first_on = forms.DateField(label=_("From"), widget=Day(), required=False)
    last_on = forms.DateField(label=_("To"), widget=Day(), required=False)

    def __init__(self, data: Any, *, zone: str) -> None:
        super().__init__(data)
        self.zone = zone

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        usual = usual_period(self.zone)
        last = given.get("last_on") or usual.last
        first = given.get("first_on") or min(usual.first, last)
        try:
            given["period"] = Period(first, last, self.zone)
        except ReportPeriodRefused as error:
            raise forms.ValidationError(error.detail) from error
        return given

    @property
    def period(self) -> Period:
        """What was asked for; the usual one where that was refused."""
        chosen = self.cleaned_data.get("period") if self.is_valid() else None
        return chosen or usual_period(self.zone)


def choices(zone: str, chosen: Period) -> list[dict[str, Any]]:
    """Periods one press away."""
    today = today_in(zone)
    month = today.replace(day=1)
    ended = month - timedelta(days=1)
    offered: list[tuple[Any, date, date]] = [
        (_("Thirteen weeks"), usual_period(zone).first, today),
        (_("This month"), month, today),
        (_("Last month"), ended.replace(day=1), ended),
        (_("This year"), today.replace(month=1, day=1), today),
        (_("Twelve months"), today - timedelta(days=364), today),
    ]
    return [
        {
            "label": label,
            "query": urlencode({"first_on": first, "last_on": last}),
            "current": (first, last) == (chosen.first, chosen.last),
        }
        for label, first, last in offered
    ]
