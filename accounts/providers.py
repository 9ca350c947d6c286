"""Google, Microsoft and Apple, as allauth's providers with the checks it leaves out.

The signature of every ID token is checked, also of one that came straight from the provider; the
nonce binds it to this browser's sign-in; PKCE is on; nothing of the request's query reaches the
provider.
"""

import secrets
from typing import Any

import requests
from allauth.socialaccount.models import SocialToken
from allauth.socialaccount.providers.apple.provider import AppleProvider as AllauthApple
from allauth.socialaccount.providers.apple.views import AppleOAuth2Adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from accounts.gateways import identity
from tutorme.core.errors import ProviderUnavailable
from tutorme.core.gateways import GatewayRejected, GatewayUnavailable

APPLE_ISSUER = "https://appleid.apple.com"
# Where Microsoft keeps personal accounts, whose addresses it confirmed itself.
_MICROSOFT_CONSUMERS = "9188040d-6c67-4c5b-b112-36a304b66dad"


def _claims(token: str, *, keys_url: str, audience: str) -> dict[str, Any]:
    try:
        return identity.verified_claims(token, keys_url=keys_url, audience=audience)
    except (GatewayRejected, GatewayUnavailable) as error:
        raise OAuth2Error("Invalid id_token") from error


class OpenIDAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    @property
    def openid_config(self) -> dict[str, Any]:
        """Discovery, kept for an hour; its addresses are used as they stand there."""
        url = self.get_provider().server_url
        kept: dict[str, Any] | None = cache.get(f"identity:config:{url}")
        if kept is None:
            with identity.Session() as session:
                answer = session.get(url)
                answer.raise_for_status()
                kept = answer.json()
            cache.set(f"identity:config:{url}", kept, timeout=3600)
        return kept

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        config = self.openid_config
        claims = _claims(id_token, keys_url=config["jwks_uri"], audience=app.client_id)
        # Microsoft's issuer of many tenants is a pattern.
        issuer = config["issuer"].replace("{tenantid}", str(claims.get("tid", "")))
        if claims["iss"] != issuer:
            raise OAuth2Error("Invalid issuer")
        return claims


class _Bound:
    """What every sign-in carries away and must bring back."""

    def redirect(
        self,
        request: HttpRequest,
        process: str,
        next_url: Any = None,
        data: Any = None,
        **more: Any,
    ) -> HttpResponse:
        nonce = secrets.token_urlsafe(24)
        more["auth_params"] = {**self.get_auth_params(), "nonce": nonce}  # type: ignore[attr-defined]
        try:
            answer: HttpResponse = super().redirect(  # type: ignore[misc]
                request, process, next_url=next_url, data=data, nonce=nonce, **more
            )
        except requests.RequestException as error:
            raise ProviderUnavailable from error
        return answer

    def get_auth_params_from_request(self, _request: HttpRequest, _action: str) -> Any:
        return self.get_auth_params()  # type: ignore[attr-defined]

    def get_scope_from_request(self, _request: HttpRequest) -> Any:
        return self.get_scope()  # type: ignore[attr-defined]


class OpenIDProvider(_Bound, OpenIDConnectProvider):  # type: ignore[misc]
    oauth2_adapter_class = OpenIDAdapter

    def extract_email_addresses(self, data: dict[str, Any]) -> Any:
        """Whether the provider vouches for the address. Microsoft's tenants may write any address
        on an account, so there only its own word on the domain counts."""
        found = super().extract_email_addresses(data)
        claims = data.get("id_token", data)
        for address in found:
            address.email = address.email.lower()
            address.verified = claims.get("email_verified") is True or (
                self.app.provider_id == "microsoft" and _microsoft_vouches(claims)
            )
        return found


def _microsoft_vouches(claims: dict[str, Any]) -> bool:
    return claims.get("xms_edov") in {True, "1", "true"} or (
        claims.get("tid") == _MICROSOFT_CONSUMERS
    )


class AppleAdapter(AppleOAuth2Adapter):  # type: ignore[misc]
    login_cancelled_error = "user_cancelled_authorize"

    @property
    def access_token_url(self) -> str:
        return f"{settings.APPLE_URL}/token"

    @property
    def authorize_url(self) -> str:
        return f"{settings.APPLE_URL}/authorize"

    def parse_token(self, data: dict[str, Any]) -> SocialToken:
        """Keeps the claims and the name Apple posts once; no token of Apple's is kept."""
        token = SocialToken(token=data.get("access_token", ""))
        claims = self._verified(str(data.get("id_token") or ""))
        token.user_data = {**claims, **({"name": data["name"]} if "name" in data else {})}
        return token

    def _verified(self, id_token: str) -> dict[str, Any]:
        (audience,) = self.get_provider().get_auds()
        claims = _claims(id_token, keys_url=f"{settings.APPLE_URL}/keys", audience=audience)
        if claims["iss"] != APPLE_ISSUER:
            raise OAuth2Error("Invalid issuer")
        return claims


class AppleProvider(_Bound, AllauthApple):  # type: ignore[misc]
    oauth2_adapter_class = AppleAdapter
