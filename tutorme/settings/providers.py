"""Where each provider answers and with which keys: the sandbox's where one is named."""

import hashlib
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tutorme.env import Environment


def paypal(env: Environment, sandbox_url: str) -> dict[str, str]:
    live = env.text("PAYPAL_ENVIRONMENT") == "live"
    own = f"https://api-m.{'' if live else 'sandbox.'}paypal.com"
    base_url = env.text("PAYPAL_BASE_URL") or (f"{sandbox_url}/paypal" if sandbox_url else own)
    return {
        "base_url": base_url.rstrip("/"),
        "client_id": env.text("PAYPAL_CLIENT_ID") or ("sandbox-client" if sandbox_url else ""),
        "client_secret": env.text("PAYPAL_CLIENT_SECRET")
        or ("sandbox-secret" if sandbox_url else ""),
        "webhook_id": env.text("PAYPAL_WEBHOOK_ID") or ("WHSANDBOX" if sandbox_url else ""),
    }


_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def _sandbox_apple_key() -> str:
    """Made from a phrase the sandbox knows too, so that no key is kept; it opens nothing real."""
    number = int.from_bytes(hashlib.sha256(b"sandbox apple key").digest(), "big") % _P256_ORDER
    return (
        ec.derive_private_key(number, ec.SECP256R1())
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        .decode()
    )


def identity(env: Environment, sandbox_url: str) -> dict[str, Any]:
    """`SOCIALACCOUNT_PROVIDERS`: those that have keys, and no others."""
    openid = [_google(env, sandbox_url), _microsoft(env, sandbox_url)]
    apple = _apple(env, sandbox_url)
    return {
        "openid_connect": {
            "provider_class": "accounts.providers.OpenIDProvider",
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [app for app in openid if app["client_id"]],
        },
        "apple": {
            "provider_class": "accounts.providers.AppleProvider",
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [apple] if apple["client_id"] else [],
        },
    }


def _google(env: Environment, sandbox_url: str) -> dict[str, Any]:
    at = f"{sandbox_url}/idp/google" if sandbox_url else "https://accounts.google.com"
    return _openid(env, "google", "Google", at, sandbox_url)


def _microsoft(env: Environment, sandbox_url: str) -> dict[str, Any]:
    own = f"https://login.microsoftonline.com/{env.text('MICROSOFT_TENANT')}/v2.0"
    at = f"{sandbox_url}/idp/microsoft" if sandbox_url else own
    return _openid(env, "microsoft", "Microsoft", at, sandbox_url)


def _openid(
    env: Environment, provider_id: str, name: str, server_url: str, sandbox_url: str
) -> dict[str, Any]:
    prefix = provider_id.upper()
    standing_in = bool(sandbox_url)
    return {
        "provider_id": provider_id,
        "name": name,
        "client_id": env.text(f"{prefix}_CLIENT_ID") or ("sandbox-client" if standing_in else ""),
        "secret": env.text(f"{prefix}_CLIENT_SECRET") or ("sandbox-secret" if standing_in else ""),
        "settings": {
            "server_url": server_url,
            "token_auth_method": "client_secret_post",
            "fetch_userinfo": False,
        },
    }


def _apple(env: Environment, sandbox_url: str) -> dict[str, Any]:
    """For Apple `secret` is the id of the key and `key` the team; the key signs the secrets."""
    standing_in = bool(sandbox_url)
    return {
        "provider_id": "apple",
        "name": "Apple",
        "client_id": env.text("APPLE_CLIENT_ID") or ("sandbox-client" if standing_in else ""),
        "secret": env.text("APPLE_KEY_ID") or ("sandbox-key" if standing_in else ""),
        "key": env.text("APPLE_TEAM_ID") or ("sandbox-team" if standing_in else ""),
        "settings": {
            "certificate_key": env.text("APPLE_PRIVATE_KEY").replace("\\n", "\n")
            or (_sandbox_apple_key() if standing_in else ""),
        },
    }


def apple_url(sandbox_url: str) -> str:
    return f"{sandbox_url}/idp/apple" if sandbox_url else "https://appleid.apple.com/auth"


_FIREBASE_CERTS = (
    "https://www.googleapis.com/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com"
)


def firebase(env: Environment, sandbox_url: str) -> dict[str, str]:
    return {
        "project_id": env.text("FIREBASE_PROJECT_ID") or ("tutorme-sandbox" if sandbox_url else ""),
        "certs_url": f"{sandbox_url}/firebase/certs" if sandbox_url else _FIREBASE_CERTS,
    }


def graphy(env: Environment, sandbox_url: str) -> dict[str, Any]:
    own = "https://api.ongraphy.com"
    base_url = env.text("GRAPHY_BASE_URL") or (f"{sandbox_url}/graphy" if sandbox_url else own)
    return {
        "base_url": base_url.rstrip("/"),
        "merchant_id": env.text("GRAPHY_MERCHANT_ID") or ("sandbox" if sandbox_url else ""),
        "api_key": env.text("GRAPHY_API_KEY") or ("sandbox-key" if sandbox_url else ""),
        "secrets": env.items("GRAPHY_WEBHOOK_SECRET")
        or (["sandbox-secret"] if sandbox_url else []),
        "calls_per_minute": env.number("GRAPHY_CALLS_PER_MINUTE"),
    }


def twilio(env: Environment, sandbox_url: str, public_base_url: str) -> dict[str, str]:
    """`callback_url` is signed by Twilio as it was told it, so it is made in one place."""
    base_url = f"{sandbox_url}/twilio" if sandbox_url else "https://video.twilio.com"
    stand_ins = {
        "account_sid": "AC00000000000000000000000000000000",
        "api_key": "SK00000000000000000000000000000000",
        "api_secret": "sandbox-secret-for-twilio-tokens",
        "auth_token": "sandbox-auth-token",
    }
    keys = {
        name: env.text(f"TWILIO_{name.upper()}") or (stand_in if sandbox_url else "")
        for name, stand_in in stand_ins.items()
    }
    callback = f"{public_base_url}/api/v1/video/webhooks/twilio/"
    return {"base_url": base_url, "callback_url": callback, **keys}


def ice(env: Environment) -> dict[str, Any]:
    """What the built-in room tells browsers about networks; see docs/operations.md."""
    return {
        "stun_urls": env.items("STUN_URLS"),
        "turn_urls": env.items("TURN_URLS"),
        "turn_secret": env.text("TURN_SECRET"),
        "turn_seconds": env.number("TURN_SECONDS"),
    }


def pusher(env: Environment, sandbox_url: str) -> dict[str, Any]:
    """Where we speak to Pusher (`host`, `port`), and where browsers do (`ws_host`, `ws_port`)."""
    cluster = env.text("PUSHER_CLUSTER")
    if sandbox_url:
        at = urlsplit(sandbox_url)
        return {
            "app_id": "1",
            "key": "sandbox-key",
            "secret": "sandbox-secret",
            "tls": at.scheme == "https",
            **dict.fromkeys(("host", "ws_host"), at.hostname),
            **dict.fromkeys(("port", "ws_port"), at.port),
        }
    tls = env.flag("PUSHER_TLS")
    host = env.text("PUSHER_HOST")
    port = env.number("PUSHER_PORT") or (443 if tls else 80)
    return {
        "app_id": env.text("PUSHER_APP_ID"),
        "key": env.text("PUSHER_KEY"),
        "secret": env.text("PUSHER_SECRET"),
        "tls": tls,
        "host": host or f"api-{cluster}.pusher.com",
        "port": port,
        "ws_host": env.text("PUSHER_WS_HOST") or host or f"ws-{cluster}.pusher.com",
        "ws_port": env.number("PUSHER_WS_PORT") or port,
    }


def pusher_sources(pusher: dict[str, Any]) -> list[str]:
    """Where pages may connect to: the socket, and plain requests where a socket is refused."""
    at = f"{pusher['ws_host']}:{pusher['ws_port']}"
    return [f"wss://{at}", f"https://{at}"] if pusher["tls"] else [f"ws://{at}", f"http://{at}"]


def sendgrid(env: Environment, sandbox_url: str) -> dict[str, str]:
    """With no key mail goes by SMTP alone."""
    own = "https://api.sendgrid.com"
    base_url = env.text("SENDGRID_BASE_URL") or (f"{sandbox_url}/sendgrid" if sandbox_url else own)
    return {
        "base_url": base_url.rstrip("/"),
        "api_key": env.text("SENDGRID_API_KEY"),
        "webhook_key": env.text("SENDGRID_WEBHOOK_KEY"),
    }


def zoom(env: Environment, sandbox_url: str) -> dict[str, str]:
    standing_in = bool(sandbox_url)
    return {
        "api_url": f"{sandbox_url}/zoom/v2" if sandbox_url else "https://api.zoom.us/v2",
        "oauth_url": f"{sandbox_url}/zoom/oauth" if sandbox_url else "https://zoom.us/oauth",
        "account_id": env.text("ZOOM_ACCOUNT_ID") or ("sandbox-account" if standing_in else ""),
        "client_id": env.text("ZOOM_CLIENT_ID") or ("sandbox-client" if standing_in else ""),
        "client_secret": env.text("ZOOM_CLIENT_SECRET")
        or ("sandbox-secret" if standing_in else ""),
        "host_user": env.text("ZOOM_HOST_USER"),
        "webhook_secret": env.text("ZOOM_WEBHOOK_SECRET")
        or ("sandbox-zoom-webhooks" if standing_in else ""),
    }


def calendars(env: Environment, sandbox_url: str) -> dict[str, dict[str, str]]:
    """Where calendars are asked for and read. The apps are those people sign in with."""
    return {
        "google": _google_calendar(env, sandbox_url),
        "microsoft": _microsoft_calendar(env, sandbox_url),
    }


def _google_calendar(env: Environment, sandbox_url: str) -> dict[str, str]:
    at = f"{sandbox_url}/google/oauth" if sandbox_url else ""
    return {
        "authorize_url": f"{at}/authorize"
        if at
        else "https://accounts.google.com/o/oauth2/v2/auth",
        "oauth_url": at or "https://oauth2.googleapis.com",
        "api_url": f"{sandbox_url}/google/calendar/v3"
        if sandbox_url
        else "https://www.googleapis.com/calendar/v3",
        "scope": "openid email https://www.googleapis.com/auth/calendar.events",
        **_app(env, "GOOGLE", sandbox_url),
    }


def _microsoft_calendar(env: Environment, sandbox_url: str) -> dict[str, str]:
    tenant = env.text("MICROSOFT_TENANT")
    own = f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0"
    at = f"{sandbox_url}/graph/oauth" if sandbox_url else own
    return {
        "authorize_url": f"{at}/authorize",
        "oauth_url": at,
        "api_url": f"{sandbox_url}/graph/v1.0"
        if sandbox_url
        else "https://graph.microsoft.com/v1.0",
        "scope": "openid email offline_access Calendars.ReadWrite",
        **_app(env, "MICROSOFT", sandbox_url),
    }


def _app(env: Environment, prefix: str, sandbox_url: str) -> dict[str, str]:
    standing_in = bool(sandbox_url)
    return {
        "client_id": env.text(f"{prefix}_CLIENT_ID") or ("sandbox-client" if standing_in else ""),
        "client_secret": env.text(f"{prefix}_CLIENT_SECRET")
        or ("sandbox-secret" if standing_in else ""),
    }


_OPENROUTER = "https://openrouter.ai/api/v1"


def openrouter(env: Environment, sandbox_url: str) -> dict[str, Any]:
    """Any server of the same API; without a key everything that needs a model is off."""
    own = f"{sandbox_url}/openrouter/api/v1" if sandbox_url else _OPENROUTER
    return {
        "base_url": (env.text("OPENROUTER_BASE_URL") or own).rstrip("/"),
        "api_key": env.text("OPENROUTER_API_KEY") or ("sandbox-key" if sandbox_url else ""),
        "models": env.items("OPENROUTER_MODELS"),
        "routing": env.flag("OPENROUTER_ROUTING"),
        "prompt_micros": env.number("AI_PROMPT_MICROS"),
        "completion_micros": env.number("AI_COMPLETION_MICROS"),
        # Seconds: a call ends before the worker's own time limit, however often it is tried.
        "deadline": 60.0,
    }
