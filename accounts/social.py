"""allauth's social accounts, fitted to ours: who is new, who is known, who has to prove more."""

import secrets
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthError
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import redirect, render

from accounts import security_log
from accounts.gateways import identity
from accounts.models import User
from accounts.origin import origin_of
from accounts.services import connections
from accounts.services.connections import Known

PENDING = "pending_connection"


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def get_requests_session(self) -> identity.Session:
        return identity.Session()

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """Providers' keys are settings; no row is asked."""
        apps = [
            SocialApp(provider=kind, **facts)
            for kind, config in settings.SOCIALACCOUNT_PROVIDERS.items()
            for facts in config.get("APPS", [])
        ]
        named = [app for app in apps if provider in {None, app.provider, app.provider_id}]
        return [app for app in named if client_id in {None, app.client_id}]

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Binds the answer to the question, and stops where an account must not be made or
        joined by itself. An address joins nothing: identity is (provider, its subject)."""
        self._check_nonce(request, sociallogin)
        if sociallogin.is_existing or sociallogin.state.get("process") == "connect":
            return
        match connections.standing(person_of(sociallogin)):
            case Known.TAKEN:
                page = "socialaccount/account_exists.html"
                context = {"service": sociallogin.provider.name}
                raise ImmediateHttpResponse(render(request, page, context, status=409))
            case Known.UNPROVEN:
                keep_pending(request, sociallogin)
                raise ImmediateHttpResponse(redirect("socialaccount_signup"))

    def _check_nonce(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        extra = sociallogin.account.extra_data
        given = str(extra.get("id_token", extra).get("nonce", ""))
        asked = str(sociallogin.state.get("nonce", ""))
        if not asked or not secrets.compare_digest(given.encode(), asked.encode()):
            security_log.sign_in_failed(by=sociallogin.account.provider, request=request)
            page = "socialaccount/authentication_error.html"
            raise ImmediateHttpResponse(render(request, page, status=401))

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: str = AuthError.UNKNOWN, **_more: Any
    ) -> None:
        if error != AuthError.CANCELLED:
            security_log.sign_in_failed(by=str(provider.id), request=request)

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: Any) -> User:
        user: User = sociallogin.user
        full = f"{data.get('first_name') or ''} {data.get('last_name') or ''}"
        user.display_name = (data.get("name") or full).strip()[:80]
        user.email = (data.get("email") or "").lower()
        return user

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """The account of somebody whose provider vouches for the address."""
        user = connections.open_account(person_of(sociallogin))
        sociallogin.user = user
        sociallogin.account.user = user
        sociallogin.account.save()
        return user


def person_of(sociallogin: SocialLogin) -> connections.Person:
    address = next(iter(sociallogin.email_addresses), None)
    return connections.Person(
        name=sociallogin.user.display_name,
        email=address.email.lower() if address else "",
        verified=bool(address and address.verified),
    )


def keep_pending(request: HttpRequest, sociallogin: SocialLogin) -> None:
    """Who somebody is to a service, until they prove an address."""
    person, account = person_of(sociallogin), sociallogin.account
    request.session[PENDING] = {
        "provider": account.provider,
        "uid": account.uid,
        "name": person.name,
        "email": person.email,
    }


def finish_pending(request: HttpRequest, user: User) -> None:
    """Connects the service that this sign-up came from, once its address is proven."""
    kept = request.session.pop(PENDING, None)
    if kept is not None and kept.get("proving") == user.email:
        connections.connect(
            user=user, provider=kept["provider"], uid=kept["uid"], origin=origin_of(request)
        )
