"""Crashes, reported to Sentry (or a server of its protocol) where a DSN is set; nothing without."""

from typing import Any

import sentry_sdk
import structlog
from django.conf import settings
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.dedupe import DedupeIntegration
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
        # What is logged and then raised on is one crash.
        integrations=[
            *(DjangoIntegration(), CeleryIntegration(), LoggingIntegration()),
            DedupeIntegration(),
        ],
        before_send=cleaned,
    )


def cleaned(event: Any, hint: Any) -> Any:
    """What leaves the house: no query strings (they carry tokens of mail links), no secrets. What
    was logged goes by the name of its event alone, so that equal ones are grouped."""
    said = getattr(hint.get("log_record"), "msg", None)
    if isinstance(said, dict):
        event["logentry"] = {"message": said["event"]}
    event["tags"] = {**(event.get("tags") or {}), **_work_at_hand()}
    request = event.get("request") or {}
    for private in ("query_string", "cookies", "data", "env"):
        request.pop(private, None)
    return redact(event)


def _work_at_hand() -> dict[str, str]:
    known = structlog.contextvars.get_contextvars()
    return {name: known[name] for name in ("request_id", "job_id") if name in known}
