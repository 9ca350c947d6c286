"""`check --deploy`: what must never reach production."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register

# Long enough that guessing it is not the way in.
_SECRET_LENGTH = 40


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
    ]
    return [Error(text, id=f"core.{code}") for found, code, text in findings if found]


def _weak(secret: str) -> bool:
    return len(secret) < _SECRET_LENGTH or "development" in secret
