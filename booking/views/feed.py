"""Lessons for calendar programs, which cannot sign in: the address is the secret."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from booking.services import feeds
from tutorme.core.errors import NotFound


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    try:
        content = feeds.content(token)
    except NotFound as error:
        raise Http404 from error
    return HttpResponse(
        content,
        content_type="text/calendar; charset=utf-8",
        headers={"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"},
    )
