"""The one way into a lesson's meeting, for both of its people."""

from urllib.parse import urlsplit
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.models import User
from booking import rooms
from booking.models import Booking, Meeting
from booking.services import joining
from booking.views import lessons
from tutorme.core.errors import DomainError


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A look says when it opens; going in is a POST, so that nothing that follows links for
    people asks a provider for a host's address."""
    assert isinstance(request.user, User)
    row = lessons.one_of(request, pk)
    error = None
    if request.method == "POST":
        try:
            url = joining.enter(row, request.user)
        except DomainError as refused:
            error = refused
        else:
            return HttpResponse(status=303, headers={"Location": url, "Cache-Control": "no-store"})
    return _page(request, row, error)


def own_room(row: Booking, user: User, door: joining.Door) -> str | None:
    """Where the two can meet when another platform fails them."""
    is_elsewhere = door.platform != Meeting.Platform.ROOM
    return rooms.url(row.pk, user.pk) if is_elsewhere and door.is_open() else None


def _page(request: HttpRequest, row: Booking, error: DomainError | None) -> HttpResponse:
    assert isinstance(request.user, User)
    door = joining.door(row, request.user)
    context = {
        **lessons.shown(row, request.user),
        "door": door,
        "is_open": door.is_open(),
        "is_over": door.stands and not door.is_open() and row.has_ended,
        "own_room": own_room(row, request.user, door),
        "platform": Meeting.Platform(door.platform).label,
        "error": error,
    }
    response = render(request, "booking/join.html", context, status=error.status if error else 200)
    if door.platform != Meeting.Platform.ROOM:
        # A form's redirects count as its action: without this the way out is blocked.
        address = urlsplit(row.meeting.join_url)
        away = [f"{address.scheme}://{address.netloc}"]
        response._csp_update = {"form-action": away}  # type: ignore[attr-defined]
    response.headers["Cache-Control"] = "no-store"
    return response
