"""The page of what one has been told."""

from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from realtime import queries
from realtime.models import Notification
from realtime.services import notifications
from tutorme.core.errors import NotFound

PAGE_SIZE = 25


@login_required
@require_safe
def notification_list(request: HttpRequest) -> HttpResponse:
    rows = Notification.objects.visible_to(request.user).order_by("-seq")
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit():
        rows = rows.filter(seq__lt=int(before[:18]))
    found = list(rows.values(*queries.COLUMNS)[: PAGE_SIZE + 1])
    shown = queries.spoken(found[:PAGE_SIZE], translation.get_language() or "en")
    context = {
        "days": _by_day(shown),
        "unread": queries.unread_count(_user(request).pk),
        "next": f"?before={shown[-1]['seq']}" if len(found) > PAGE_SIZE else "",
        "newer": bool(before),
    }
    return render(request, "realtime/notifications.html", context)


def _by_day(shown: list[dict[str, Any]]) -> list[tuple[Any, list[dict[str, Any]]]]:
    """In the viewer's zone, which the middleware has set."""
    days = groupby(shown, key=lambda row: timezone.localtime(row["created_at"]).date())
    return [(day, list(rows)) for day, rows in days]


@login_required
@require_POST
def read_one(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Marks one as read and, where asked to `open` it, goes where it leads."""
    try:
        notifications.mark_read(user_id=_user(request).pk, notification_id=pk)
    except NotFound as error:
        raise Http404 from error
    url = Notification.objects.values_list("url", flat=True).get(pk=pk)
    return redirect(url if "open" in request.POST and url else "notifications")


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    read = notifications.mark_all_read(user_id=_user(request).pk)
    text = ngettext("One marked as read.", "%(count)d marked as read.", read)
    messages.success(request, text % {"count": read})
    return redirect("notifications")


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
