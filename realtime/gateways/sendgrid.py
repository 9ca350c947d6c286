"""SendGrid by django-anymail: it builds the call and reads the webhooks, our door carries it.

Anymail no longer supports SendGrid officially and warns of it on every use; what we need of it
(one message to one person, its event webhook and signature) is held to SendGrid's own OpenAPI
documents and signing vector by our tests.
"""

import json
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from anymail.backends.sendgrid import EmailBackend
from anymail.exceptions import (
    AnymailInsecureWebhookWarning,
    AnymailNotSupportedWarning,
    AnymailWebhookValidationFailure,
)
from anymail.signals import AnymailTrackingEvent
from anymail.webhooks.sendgrid import SendGridTrackingWebhookView
from django.conf import settings
from django.core.mail import EmailMessage
from django.http import HttpRequest

from realtime.gateways.smtp import Outcome
from tutorme.core.gateways import (
    GatewayMisconfigured,
    GatewayRejected,
    GatewaySilent,
    GatewayUnavailable,
)
from tutorme.core.http import Door
from tutorme.core.transactions import refuse_transaction

NAME = "sendgrid"


def is_on() -> bool:
    return bool(settings.SENDGRID["api_key"])


def send(message: EmailMessage, *, may_send: Callable[[], bool]) -> Outcome:
    """As `smtp.send`. There is no key that makes SendGrid send once: an answer that does not come
    is `UNKNOWN`, and only where it certainly did not take the mail one of the errors is raised."""
    refuse_transaction("sendgrid.send")
    if not may_send():
        return Outcome.LEFT
    try:
        with _unofficial():
            backend = _Backend(api_key=settings.SENDGRID["api_key"], api_url=_url())
            backend.send_messages([message])
    except GatewaySilent:
        return Outcome.UNKNOWN
    return Outcome.ACCEPTED


def _url() -> str:
    return f"{settings.SENDGRID['base_url']}/v3/"


@contextmanager
def _unofficial() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AnymailNotSupportedWarning)
        # It asks for a password in the address where a signature is not checked; we check it.
        warnings.simplefilter("ignore", AnymailInsecureWebhookWarning)
        yield


class _Transport:
    """What anymail takes for a `requests` session."""

    def request(self, *, method: str, url: str, data: str, headers: Any, **_rest: Any) -> Any:
        door = Door(NAME, settings.SENDGRID["base_url"], attempts=1)
        path = url.removeprefix(settings.SENDGRID["base_url"])
        return door.request(method, path, content=data, headers=dict(headers), idempotent=False)

    def close(self) -> None:
        pass


class _Backend(EmailBackend):  # type: ignore[misc]
    def create_session(self) -> _Transport:
        return _Transport()

    def raise_for_status(self, response: Any, _payload: Any, _message: Any) -> None:
        if 200 <= response.status_code < 300:
            return
        detail = response.text[:300]
        if response.status_code in (401, 403):
            raise GatewayMisconfigured(f"SendGrid refused the key: {response.status_code}")
        if response.status_code in (408, 429) or response.status_code >= 500:
            raise GatewayUnavailable(f"SendGrid: HTTP {response.status_code}")
        raise GatewayRejected(str(response.status_code), detail)


def is_genuine(request: HttpRequest) -> bool:
    """Whether SendGrid signed this event webhook: ECDSA over the time and the raw body."""
    key = settings.SENDGRID["webhook_key"]
    if not key:
        return False
    with _unofficial():
        try:
            view = SendGridTrackingWebhookView(tracking_webhook_verification_key=key)
            view.validate_request(request)
        except (AnymailWebhookValidationFailure, ValueError):
            return False
    return True


def age_s(request: HttpRequest) -> float:
    """Of a genuine one: when it was signed is part of what was."""
    return time.time() - float(request.headers["X-Twilio-Email-Event-Webhook-Timestamp"])


def events(body: bytes) -> list[AnymailTrackingEvent]:
    with _unofficial():
        view = SendGridTrackingWebhookView(tracking_webhook_verification_key="")
    return [view.esp_to_anymail_event(row) for row in json.loads(body)]
