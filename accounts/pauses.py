"""Somebody tried too often: whatever page says so, the head of the answer says it too."""

from django.http import HttpRequest

_WAIT = "wait_s"


def ask_to_wait(request: HttpRequest, seconds: int) -> None:
    setattr(request, _WAIT, max(1, seconds))


def asked_to_wait(request: HttpRequest) -> int:
    """Seconds, or 0."""
    return int(getattr(request, _WAIT, 0))
