"""Standard Webhooks (standardwebhooks.com): headers, body and secrets."""

import base64
import json
import secrets
from datetime import datetime

from django.utils import timezone
from standardwebhooks import Webhook

from webhooks.models import Endpoint, Message

_BYTES = 32


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def body_of(message: Message) -> str:
    told = {
        "type": message.type,
        "timestamp": message.created_at.isoformat().replace("+00:00", "Z"),
        "data": message.data,
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def headers_for(endpoint: Endpoint, message: Message, body: str) -> dict[str, str]:
    """Signed anew for each try, so that a receiver may refuse what is five minutes old."""
    now = timezone.now()
    signatures = [
        Webhook(secret).sign(str(message.pk), now, body) for secret in _valid(endpoint, now)
    ]
    return {
        "content-type": "application/json",
        "webhook-id": str(message.pk),
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _valid(endpoint: Endpoint, now: datetime) -> list[str]:
    old = endpoint.previous_until
    return [endpoint.secret, *([endpoint.previous_secret] if old and old > now else [])]
