"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from realtime.queries import unread_count
from tutorme.web.navigation import navigation


def _unread(request: HttpRequest) -> Any:
    """Counted only where a page shows the bell."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return 0
    return SimpleLazyObject(lambda: unread_count(user.pk))


def _theme(request: HttpRequest) -> str:
    """What a person chose holds on every device; a visitor's choice in their browser."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return str(user.theme)
    return request.COOKIES.get("theme", "")


def site(request: HttpRequest) -> dict[str, Any]:
    return {
        "site_name": "TutorMe",
        "support_email": settings.SUPPORT_EMAIL,
        "request_id": getattr(request, "request_id", ""),
        "theme": _theme(request),
        "realtime_driver": settings.REALTIME_DRIVER,
        "unread_notifications": _unread(request),
        **navigation(request),
    }
