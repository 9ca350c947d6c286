"""Lessons at Zoom, and what its stand-in knows of their meetings."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import TutorProfile, User
from booking.models import Booking, LessonType
from tests.booking.conftest import held, hour
from tests.sandbox_server import Sandbox
from tutorme.core import breaker
from tutorme.core.models import Job


@pytest.fixture(autouse=True)
def closed_breakers() -> None:
    breaker._shared.cache_clear()
    breaker._alone.cache_clear()


@pytest.fixture
def at_zoom(tess: User) -> None:
    """With a seat of her own in the account."""
    TutorProfile.objects.filter(pk=tess.pk).update(preferred_video_platform="zoom")
    User.objects.filter(pk=tess.pk).update(email="tess@zoom.test")


def booked(student: User, kind: LessonType, days: int = 3, at: int = 10) -> Booking:
    return held(student, kind, hour(days, at))


def again() -> None:
    """What failed becomes due, as if time had passed."""
    Job.objects.filter(state="queued").update(run_after=timezone.now() - timedelta(seconds=1))


def zooms(sandbox: Sandbox) -> list[dict]:
    return sandbox.http.get(f"{sandbox.url}/zoom/_meetings").json()["meetings"]
