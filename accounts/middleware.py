"""The viewer's clock and language."""

from collections.abc import Callable
from contextvars import ContextVar
from urllib.parse import unquote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from accounts import pauses, security_log
from accounts.services import sessions
from tutorme.core import context

_ZONE_COOKIE = "zone"
_hours: ContextVar[str] = ContextVar("hours", default="24")


class ViewerMiddleware:
    """Times are shown in the viewer's zone: the account's, or the cookie a page's script set."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(("/static/", "/healthz/", "/readyz/", "/api/")):
            return self.get_response(request)
        own = getattr(request.user, "time_zone", "")
        _hours.set(getattr(request.user, "hour_format", "24"))
        with (
            timezone.override(zone(own) if own else visitors_zone(request)),
            context.bound(user_id=getattr(request.user, "pk", None)),
        ):
            if (
                request.user.is_authenticated
                and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES
                and request.user.locale in dict(settings.LANGUAGES)
            ):
                translation.activate(request.user.locale)
            return self.get_response(request)


def hour_format() -> str:
    """`24` or `12`, as the viewer reads a clock."""
    return _hours.get()


def visitors_zone(request: HttpRequest) -> ZoneInfo:
    """As the pages' script wrote it, its slash as %2F; UTC where there was none."""
    return zone(unquote(request.COOKIES.get(_ZONE_COOKIE, "")))


def zone(name: str) -> ZoneInfo:
    """The named zone, or UTC where the name is empty or nonsense."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


class AbsoluteEndMiddleware:
    """Who signed in a month ago signs in again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and sessions.is_over(request):
            logout(request)
        return self.get_response(request)


class DenialMiddleware:
    """Pages, API and admin refuse each in their own way; what they have in common is the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 403:
            security_log.denied(request)
        return response


class PersonalMiddleware:
    """What somebody is shown while signed in is kept by no cache, a browser's among them: who
    presses Back on a shared machine after they left sees nothing. What a view says of itself
    stands."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Where nobody asked who it is, nothing in it is anybody's.
        if (
            not response.has_header("Cache-Control")
            and request.session.accessed
            and request.user.is_authenticated
        ):
            response["Cache-Control"] = "private, no-store"
        return response


class PauseMiddleware:
    """Where a form says that it was tried too often, the answer is a 429 with `Retry-After`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        wait_s = pauses.asked_to_wait(request)
        if wait_s and response.status_code in {200, 400, 422}:
            response.status_code = 429
            response["Retry-After"] = str(wait_s)
        return response


class DeviceMiddleware:
    """Gives a browser that signed in the cookie it is known by the next time."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        sessions.remember_device(request, response)
        return response
