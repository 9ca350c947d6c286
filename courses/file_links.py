"""Addresses of a course's files: for a session that looks at a page, and, signed for one person and
ten minutes, for programs that carry none."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.signing import BadSignature, TimestampSigner
from django.urls import reverse

from courses.models import Course

_LIFE = timedelta(minutes=10)


def _signer() -> TimestampSigner:
    return TimestampSigner(salt="courses.files")


def base(course: Course) -> str:
    """What stands before `files/<name>` in a published text."""
    return reverse("courses-learn-course", args=[course.slug])


def address(course: Course, name: str) -> str:
    return reverse("courses-file", args=[course.slug, name])


def draft_base(course: Course) -> str:
    return reverse("teach-course", args=[course.slug])


def draft_address(course: Course, name: str) -> str:
    return reverse("teach-file", args=[course.slug, name])


def personal(course: Course, name: str, user: Any, *, draft: bool = False) -> str:
    plain = draft_address(course, name) if draft else address(course, name)
    if not user.is_authenticated:
        return plain
    ticket = _signer().sign(f"{course.slug}/{name}:{user.pk}")
    return f"{plain}?{urlencode({'ticket': ticket})}"


def holder_of(ticket: str, slug: str, name: str) -> str:
    """The id of the person a ticket for this file was made for; `BadSignature` otherwise."""
    place, _, user_id = _signer().unsign(ticket, max_age=_LIFE).rpartition(":")
    if place != f"{slug}/{name}":
        raise BadSignature
    return user_id
