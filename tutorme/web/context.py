"""What every page knows."""

from functools import cache, partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from certificates.models import Member
from realtime.models import Notification
from tutorme.core.prepared import first, prepared
from tutorme.web.navigation import navigation


def _of_person(request: HttpRequest) -> dict[str, Any]:
    """What the masthead shows of somebody, in one query, asked only where a page shows it."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"unread_notifications": 0, "has_desk": False}
    asked = cache(partial(_unread_and_desk, user.pk))
    return {
        "unread_notifications": SimpleLazyObject(lambda: asked()[0]),
        "has_desk": SimpleLazyObject(lambda: asked()[1]),
    }


@prepared
def _masthead(user_id: UUID) -> Any:
    unread = Notification.objects.filter(user_id=OuterRef("pk"), read_at=None).order_by()
    counted = unread.values("user_id").annotate(rows=Count("pk")).values("rows")
    desks = Member.objects.filter(user_id=OuterRef("pk"), organization__archived_at__isnull=True)
    person = User.objects.filter(pk=user_id)
    return person.values_list(Coalesce(Subquery(counted), 0), Exists(desks))[:1]


def _unread_and_desk(user_id: UUID) -> tuple[int, bool]:
    return first(_masthead(user_id)) or (0, False)


def _theme(request: HttpRequest) -> str:
    """What a person chose holds on every device; a visitor's choice in their browser."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return str(user.theme)
    return theme_of_browser(request)


def theme_of_browser(request: HttpRequest) -> str:
    """Light, dark or neither: a cookie may say anything."""
    chosen = request.COOKIES.get("theme", "")
    return chosen if chosen in User.Theme.values else ""


def site(request: HttpRequest) -> dict[str, Any]:
    return {
        "site_name": "TutorMe",
        "support_email": settings.SUPPORT_EMAIL,
        "request_id": getattr(request, "request_id", ""),
        "theme": _theme(request),
        "at_home": request.path == "/",
        "realtime_driver": settings.REALTIME_DRIVER,
        **_of_person(request),
        **navigation(request),
    }
