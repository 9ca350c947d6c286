"""Crashes, reported to Sentry (or a server of its protocol) where a DSN is set; nothing without."""

from typing import Any

import sentry_sdk
from django.conf import settings
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.integrations.logging import LoggingIntegration

from tutorme.core.logs import redact


def start() -> None:
    if not settings.SENTRY["dsn"]:
        return
    sentry_sdk.init(
        dsn=settings.SENTRY["dsn"],
        environment=settings.SENTRY["environment"],
        # No addresses, cookies, bodies or local variables: what is left is redacted as logs are.
        data_collection={
            "user_info": False,
            "cookies": {"mode": "off"},
            "http_bodies": [],
            "url_query_params": {"mode": "off"},
            "stack_frame_variables": False,
            "database_query_data": False,
        },
        traces_sample_rate=0.0,
        default_integrations=False,
        integrations=[DjangoIntegration(), CeleryIntegration(), LoggingIntegration()],
        before_send=cleaned,
    )


def cleaned(event: Any, _hint: Any) -> Any:
    """What leaves the house: no query strings (they carry tokens of mail links), no secrets."""
    request = event.get("request") or {}
    for private in ("query_string", "cookies", "data", "env"):
        request.pop(private, None)
    return redact(event)
