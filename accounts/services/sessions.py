"""Where an account is signed in: browsers and apps, each a row that its owner can end."""

import hashlib
import secrets
import time
from datetime import timedelta
from importlib import import_module
from uuid import UUID

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse

from accounts import security_log, tokens
from accounts.models import AuthSession, User
from accounts.origin import Origin, origin_of
from accounts.services import security
from accounts.tokens import Pair
from tutorme.core.errors import NotFound

# What the cookie session knows of its row, and the cookie that tells one browser from another.
ROW = "auth_session"
ENDS = "ends_at"
DEVICE_COOKIE = "device"
DEVICE_AGE = timedelta(days=400)
_SALT = "accounts.device"
# After a sign-in is over for good.
KEPT_FOR = timedelta(days=90)


def open_app(*, user: User, origin: Origin, method: str) -> Pair:
    """Signs an app in; the owner is told where the device is new to the account."""
    device = hashlib.sha256(f"{origin.user_agent}|{origin.address}".encode()).hexdigest()
    with transaction.atomic():
        _tell_if_new(user, device, origin)
        made = tokens.open_session(
            user,
            user_agent=origin.user_agent,
            address=origin.address,
            device=device,
            method=method,
        )
    security_log.signed_in(user, by=method, address=origin.address)
    return made


def open_browser(*, request: HttpRequest, user: User, method: str) -> None:
    """Gives the cookie session, whose key was just renewed, its row."""
    origin, device = origin_of(request), _digest(device_of(request) or _name_device(request))
    if not request.session.session_key:
        request.session.create()
    with transaction.atomic():
        _tell_if_new(user, device, origin)
        row = AuthSession.objects.create(
            kind=AuthSession.Kind.BROWSER,
            user=user,
            session_key=request.session.session_key or "",
            device=device,
            method=method[:40],
            token_version=user.token_version,
            expires_at=Now() + settings.SESSION_ABSOLUTE_LIFETIME,
            absolute_expires_at=Now() + settings.SESSION_ABSOLUTE_LIFETIME,
            user_agent=origin.user_agent,
            address=origin.address[:64],
        )
    security_log.signed_in(user, by=method, address=origin.address)
    request.session[ROW] = str(row.pk)
    request.session[ENDS] = int(time.time() + settings.SESSION_ABSOLUTE_LIFETIME.total_seconds())


def is_over(request: HttpRequest) -> bool:
    """However busy a browser was meanwhile, its sign-in has an end."""
    ends = request.session.get(ENDS)
    return ends is not None and time.time() > ends


def _tell_if_new(user: User, device: str, origin: Origin) -> None:
    """The very first sign-in surprises nobody."""
    known = AuthSession.objects.filter(user=user)
    if known.exists() and not known.filter(device=device).exists():
        security.note("new-device", user=user, origin=origin)


def device_of(request: HttpRequest) -> str:
    """The name we gave this browser, or nothing: what it says itself is not believed."""
    try:
        return signing.loads(  # type: ignore[no-any-return]
            request.COOKIES.get(DEVICE_COOKIE, ""),
            salt=_SALT,
            max_age=DEVICE_AGE,
        )
    except signing.BadSignature:
        return ""


def known_device(request: HttpRequest, email: str) -> str:
    """What a browser is known by that signed in to this account before, or nothing."""
    device = _digest(device_of(request))
    known = AuthSession.objects.filter(user__email=email, device=device)
    return device if known.exists() else ""


def _name_device(request: HttpRequest) -> str:
    name = secrets.token_urlsafe(16)
    request.new_device = signing.dumps(name, salt=_SALT)  # type: ignore[attr-defined]
    return name


def remember_device(request: HttpRequest, response: HttpResponse) -> None:
    """Sets the cookie of a browser that was named during this request."""
    named: str = getattr(request, "new_device", "")
    if named:
        response.set_cookie(
            DEVICE_COOKIE,
            named,
            max_age=DEVICE_AGE,
            httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )


def _digest(device: str) -> str:
    return hashlib.sha256(device.encode()).hexdigest()


def living(user: User) -> QuerySet[AuthSession]:
    """Sign-ins that would still be let in, newest first."""
    return (
        AuthSession.objects.visible_to(user)
        .filter(revoked_at=None, expires_at__gt=Now(), token_version=user.token_version)
        .order_by("-created_at")
    )


def current_id(request: HttpRequest, claims: object = None) -> UUID | None:
    """The row of the sign-in that is asking."""
    own: UUID | None = getattr(claims, "session_id", None)
    if own is None and (kept := request.session.get(ROW)):
        own = UUID(kept)
    return own


def end(*, user: User, session_id: UUID) -> None:
    """Signs one device out, at its next call. Somebody else's is not found."""
    row = living(user).filter(pk=session_id).first()
    if row is None:
        raise NotFound
    with transaction.atomic():
        tokens.end_session(row.pk, because="signed-out")
        _drop_cookie_sessions([row.session_key])


def _drop_cookie_sessions(keys: list[str]) -> None:
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for key in filter(None, keys):
        store(key).delete()


def close_browser(request: HttpRequest) -> None:
    """The row of a browser that signs out by itself."""
    row = current_id(request)
    if row:
        tokens.end_session(row, because="signed-out")


def stay(request: HttpRequest, user: User) -> None:
    """Keeps this browser signed in where `token_version` has just risen; all others end."""
    update_session_auth_hash(request, user)
    if (row := current_id(request)) is not None:
        AuthSession.objects.filter(pk=row).update(
            token_version=user.token_version,
            session_key=request.session.session_key or "",
            confirmed_at=Now(),
        )


def purge(*, older_than: timedelta = KEPT_FOR, limit: int = 10_000) -> int:
    """Removes sign-ins that ended long ago, and cookie sessions nobody holds any more. Until then
    the rows are how a device is known again."""
    ended = AuthSession.objects.filter(absolute_expires_at__lt=Now() - older_than)
    ids = list(ended.order_by("absolute_expires_at").values_list("pk", flat=True)[:limit])
    AuthSession.objects.filter(pk__in=ids).delete()
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    return len(ids)
