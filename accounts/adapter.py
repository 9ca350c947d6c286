"""allauth, fitted to our accounts, our limits and our mails."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.headless.constants import Client
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse

from accounts import pauses, security_log
from accounts.errors import TooManySignInAttempts
from accounts.models import User
from accounts.origin import origin_of
from accounts.services import erasure, second_factor, security, sessions, sign_in, users
from tutorme.core import fields
from tutorme.core.client import address_of

# What allauth would mail is what we note; our mails are written in one place.
_NOTED = {
    "mfa/email/totp_activated": "totp-added",
    "mfa/email/totp_deactivated": "totp-removed",
    "mfa/email/webauthn_added": "passkey-added",
    "mfa/email/webauthn_removed": "passkey-removed",
    "mfa/email/recovery_codes_generated": "recovery-codes-made",
    "socialaccount/email/account_connected": "connected",
    "socialaccount/email/account_disconnected": "disconnected",
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Counted in `authenticate`, over all doors and without a cache that can be away."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Every password check of the site. Past the limits, a form says so; an app is told as
        by the rest of our API."""
        email = str(credentials.get("email") or credentials.get("username") or "")
        if not sign_in.reserve_try(request, email):
            security_log.sign_in_failed(by="too-many-tries", user=_owner(email), request=request)
            if is_headless(request):
                raise TooManySignInAttempts(retry_after=pauses.asked_to_wait(request))
            raise self.validation_error("too_many_login_attempts")
        user: User | None = super().authenticate(request, **credentials)
        if user is None:
            security_log.sign_in_failed(by="password", user=_owner(email), request=request)
        else:
            sign_in.forgive_tries(request, email)
        return user

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Who is about to be deleted is shown that first."""
        if isinstance(request.user, User) and erasure.open_deletion(request.user):
            return reverse("settings-data")
        return str(super().get_login_redirect_url(request))

    def reauthenticate(self, user: User, password: str) -> bool:
        found = self.authenticate(context.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        records = get_authentication_records(request, user)
        if records:
            # Who has just shown who they are need not do so again at once.
            records[-1]["reauthenticated"] = True
            request.session.modified = True
        if is_app(request):
            return  # its row is made with its tokens
        method = str(records[-1]["method"]) if records else ""
        sessions.open_browser(request=request, user=user, method=method)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Pages sign up here, apps at `auth/register/`."""
        return not is_headless(request)

    def logout(self, request: HttpRequest) -> None:
        sessions.close_browser(request)
        super().logout(request)

    def set_password(self, user: User, password: str) -> None:
        users.change_password(user=user, password=password)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        change = _NOTED.get(template_prefix)
        if change is None:
            return
        with transaction.atomic():
            if change == "totp-added":
                second_factor.count_as_used(user)
            security.note(change, user=user, origin=origin_of(self.request))

    def is_reauthentication_required(self, *, app: str, **_kwargs: Any) -> bool:
        return True

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request)

    def is_safe_url(self, url: str | None) -> bool:
        """Only paths of this site; a backslash or control character is how others sneak in."""
        if not url or "\\" in url or any(ord(char) < 33 for char in url):
            return False
        return bool(super().is_safe_url(url))


def _owner(email: str) -> User | None:
    """Whose password somebody tried to guess."""
    owner: User | None = User.objects.filter(email=sign_in.canonical(email)).first()
    return owner


def is_headless(request: HttpRequest) -> bool:
    return hasattr(getattr(request, "allauth", None), "headless")


def is_app(request: HttpRequest) -> bool:
    headless = getattr(request.allauth, "headless", None)  # type: ignore[attr-defined]
    return headless is not None and headless.client == Client.APP


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets are encrypted at rest under FIELD_ENCRYPTION_KEYS."""

    def encrypt(self, text: str) -> str:
        return fields.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return fields.decrypt(encrypted_text)

    def validation_error(self, code: str, **more: Any) -> ValidationError:
        """Of a sign-in: a passkey that does not hold. Typed codes are checked by our own forms."""
        if code == "incorrect_code" and not context.request.user.is_authenticated:
            security_log.sign_in_failed(by="passkey", request=context.request)
        error: ValidationError = super().validation_error(code, **more)
        return error

    def get_totp_issuer(self) -> str:
        return str(settings.SITE_NAME)

    def _get_site_name(self) -> str:
        return str(settings.SITE_NAME)
