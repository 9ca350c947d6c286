"""What the gallery of components shows: one sample of every kind and state."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from tutorme.core.ids import uuid7
from tutorme.core.models import Job
from tutorme.core.money import Money
from tutorme.web.covers import COLOURS
from tutorme.web.icons import PATHS
from tutorme.web.medals import KINDS
from tutorme.web.navigation import Link

LESSON_AT = datetime(2026, 11, 26, 17, 30, tzinfo=UTC)
SUBJECT_TITLES = {
    "maths": "Linear equations from the beginning",
    "languages": "Spanish for the first journey",
    "science": "Cells and energy",
    "coding": "Your first Python program",
    "music": "Harmony at the piano",
    "art": "Drawing hands and faces from life",
    "humanities": "How cities grew",
    "exam": "Learning how to learn: memory, habits and examinations",
}


class SampleForm(forms.Form):
    name = forms.CharField(label=_("Name others see"), max_length=80)
    email = forms.EmailField(label=_("E-mail"), help_text=_("We write to it once, with a code."))
    zone = forms.ChoiceField(
        label=_("Time zone"), choices=[("UTC", "UTC"), ("Europe/Paris", "Europe/Paris")]
    )
    about = forms.CharField(label=_("About you"), required=False, widget=forms.Textarea)
    level = forms.ChoiceField(
        label=_("Level"),
        choices=[("a", _("Beginning")), ("b", _("Going on"))],
        widget=forms.RadioSelect,
    )
    teach = forms.BooleanField(label=_("I also want to teach"), required=False)


def samples(direction: str, theme: str) -> dict[str, Any]:
    wrong = SampleForm({"name": "", "email": "tess@", "zone": "UTC", "level": ""})
    wrong.add_error(None, _("The two parts of the form do not fit together."))
    return {
        "page_dir": direction if direction in {"ltr", "rtl"} else "",
        **({"theme": theme} if theme in {"light", "dark"} else {}),
        "form": SampleForm(auto_id="empty_%s"),
        "wrong_form": wrong,
        "subjects": [
            {"key": key, "title": SUBJECT_TITLES[key], "seed": f"sample-{key}"} for key in COLOURS
        ],
        "icons": sorted(PATHS),
        "jobs": [_job(state) for state in Job.State.values],
        "nav_settings": [
            Link("#lists", _("Profile"), "", False),
            Link("#", _("Preferences"), "", True),
        ],
        **_motivation(),
        "price": Money(3200, "USD"),
        "weeks": [("2 Nov", "€40.00", 4000), ("9 Nov", "−€8.00", -800), ("16 Nov", "€64.00", 6400)],
        "starts_at": LESSON_AT,
        "tokens": (
            "paper sheet wash feint rule margin ink ink-2 ink-3 board fill marker pen amber blue"
        ).split(),
    }


def _motivation() -> dict[str, Any]:
    """A medal of each kind, two weeks of days in every state, and something to count."""
    kinds = list(KINDS)
    states = ("active", "frozen", "missed", "rest", "active", "active", "rest")
    monday = LESSON_AT.date() - timedelta(days=LESSON_AT.weekday() + 7)
    days = [
        {"on": monday + timedelta(days=n), "state": states[n % 7] if n < 10 else "ahead"}
        for n in range(14)
    ]
    days[9] = {**days[9], "state": "today"}
    return {
        "medals": [
            {
                "kind": kind,
                "title": kind.replace("_", " ").capitalize(),
                "number": (1, 7, 10, 500)[place % 4],
                "percent": None if place % 3 else 70,
                "earned": bool(place % 3),
            }
            for place, kind in enumerate(kinds)
        ],
        "two_weeks": [days[:7], days[7:]],
        "weekdays": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
        "lengths": [
            {"label": "Scales and balance", "value": 31},
            {"label": "One unknown", "value": 24, "note": "7 stopped here", "marked": True},
            {"label": "Both sides", "value": 22},
        ],
    }


def _job(state: str) -> Job:
    started = None if state == "queued" else LESSON_AT - timedelta(minutes=4)
    return Job(
        id=uuid7(),
        kind="sample",
        state=state,
        step=_("Making certificates") if state == "running" else "",
        done=14 if state == "running" else 0,
        total=31 if state == "running" else None,
        error={"detail": _("Line 12 of the file has no e-mail address.")}
        if state == "failed"
        else None,
        started_at=started,
    )
