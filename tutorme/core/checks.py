"""`check --deploy`: what must never reach production."""

from importlib.metadata import version
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError, connection

from tutorme.core.row_session import RowSecurity

# Long enough that guessing it is not the way in.
_SECRET_LENGTH = 40
# Below these are holes that are known.
_OLDEST = {"django": (5, 2, 17), "jinja2": (3, 1, 6)}
_OF_ONE_PROCESS = ("locmem", "dummy")


@register(Tags.security, deploy=True)
def production(**_: Any) -> list[Error]:
    """Stand-ins, plain http and secrets that come with the source."""
    findings = [
        (
            bool(settings.SANDBOX_URL),
            "E001",
            "SANDBOX_URL is set: people would pay a stand-in.",
        ),
        (settings.DEBUG, "E002", "DEBUG is on: error pages would show the source."),
        (
            not settings.PUBLIC_BASE_URL.startswith("https://"),
            "E003",
            "PUBLIC_BASE_URL must be https: links, QR codes and webhooks use it.",
        ),
        (_weak(settings.SECRET_KEY), "E004", "SECRET_KEY must be a long random value."),
        (
            _weak(settings.SIMPLE_JWT["SIGNING_KEY"])
            or settings.SIMPLE_JWT["SIGNING_KEY"].startswith(settings.SECRET_KEY),
            "E005",
            "JWT_SIGNING_KEY must be a long random value, and not SECRET_KEY.",
        ),
        (
            settings.FIELD_ENCRYPTION_KEYS[0].startswith("development:"),
            "E006",
            "FIELD_ENCRYPTION_KEYS must be your own.",
        ),
        (
            not settings.PAYPAL["base_url"].startswith("https://"),
            "E007",
            "PAYPAL_BASE_URL must be https.",
        ),
        (
            settings.CERTIFICATE_KEYS[0].startswith("development:"),
            "E008",
            "CERTIFICATE_KEYS must be your own: with them anybody issues in your name.",
        ),
        (
            bool(settings.PAYPAL["client_id"]) and not settings.PAYPAL["webhook_id"],
            "E009",
            "PAYPAL_WEBHOOK_ID is empty: no message of PayPal's can be told from a forged one.",
        ),
        (
            any(word in settings.CACHES["default"]["BACKEND"] for word in _OF_ONE_PROCESS),
            "E010",
            "The cache is one process' own: the others would count and forget for themselves.",
        ),
        (
            _forgets_what_it_acknowledged(),
            "E011",
            "synchronous_commit is off: PostgreSQL acknowledges what it may lose.",
        ),
        (
            bool(_outdated()),
            "E012",
            f"Too old, with holes that are known: {', '.join(_outdated())}.",
        ),
    ]
    return [Error(text, id=f"core.{code}") for found, code, text in findings if found]


@register(Tags.security, deploy=True)
def third_wall(**_: Any) -> list[CheckMessage]:
    if settings.ROW_SECURITY != RowSecurity.OFF:
        return []
    text = "ROW_SECURITY is off: a page that forgets whose rows it shows, shows everybody's."
    return [Warning(text, id="core.W001")]


def _forgets_what_it_acknowledged() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            return bool(cursor.fetchone()[0] == "off")
    except DatabaseError:
        return False  # not there yet; readiness says so


def _outdated() -> list[str]:
    return [name for name, least in _OLDEST.items() if _numbers(version(name)) < least]


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(word) for word in text.split(".")[:3] if word.isdigit())


def _weak(secret: str) -> bool:
    return len(secret) < _SECRET_LENGTH or "development" in secret
