"""Reminders and holds by hand, as beat does them: each once, however often one types it."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import User
from booking.models import Booking, LessonType, Reminder
from tests.booking.conftest import held
from tutorme.core.models import OutboxEvent

pytestmark = pytest.mark.django_db


def told(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command(*arguments, "--json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def reminded() -> int:
    return OutboxEvent.objects.filter(name="booking.reminded").count()


def test_reminders_that_are_due_are_said_once(sam: User, free: LessonType) -> None:
    row = held(sam, free)
    assert told("send_reminders") == {"sent": 0, "dry_run": False}, "control: none is due yet"
    Reminder.objects.filter(kind="day_before").update(due_at=timezone.now())
    assert told("send_reminders", "--dry-run") == {"due": 1, "dry_run": True}
    assert reminded() == 0
    assert told("send_reminders") == {"sent": 1, "dry_run": False}
    assert told("send_reminders") == {"sent": 0, "dry_run": False}
    assert reminded() == 1
    assert set(row.reminders.values_list("kind", "state")) == {
        ("day_before", "sent"),
        ("hour_before", "due"),
    }


def test_a_lesson_that_is_off_is_not_reminded_of(sam: User, free: LessonType) -> None:
    row = held(sam, free)
    Reminder.objects.update(due_at=timezone.now())
    Booking.objects.filter(pk=row.pk).update(state="cancelled_by_student")
    assert told("send_reminders")["sent"] == 0
    assert reminded() == 0
    assert told("send_reminders", "--dry-run")["due"] == 0, "they are not looked at for ever"


def test_a_hold_whose_time_is_over_is_let_go(sam: User, lesson: LessonType) -> None:
    row = held(sam, lesson)
    assert told("expire_holds") == {"expired": 0, "dry_run": False}, "control: it has its minutes"
    Booking.objects.filter(pk=row.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert told("expire_holds", "--dry-run") == {"expired": 1, "dry_run": True}
    assert Booking.objects.get().state == "held"
    assert told("expire_holds") == {"expired": 1, "dry_run": False}
    assert told("expire_holds") == {"expired": 0, "dry_run": False}
    assert Booking.objects.get().state == "expired"
