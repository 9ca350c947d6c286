"""Pusher Channels, or any server of that protocol: the `pusher` package over our own door.

The package signs and shapes; its limits are not the service's (it counts Python's bytes, and no
batch), so what is sent is measured here. Its transport is replaced, because time-outs, retries
and what may be logged are one matter for all providers.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pusher
from django.conf import settings
from pusher.errors import PusherBadAuth, PusherError, PusherForbidden
from pusher.http import Request, process_response

from tutorme.core.gateways import GatewayMisconfigured, GatewayRejected
from tutorme.core.http import Door

# pusher/docs, rest-api.md: what the service takes.
EVENTS_A_BATCH = 10
DATA_BYTES = 10 * 1024


@dataclass(frozen=True)
class Push:
    channel: str
    name: str
    data: str

    @property
    def fits(self) -> bool:
        return len(self.data.encode()) <= DATA_BYTES


def is_configured() -> bool:
    return bool(settings.PUSHER["app_id"] and settings.PUSHER["key"] and settings.PUSHER["secret"])


def send(pushes: Sequence[Push]) -> None:
    """One batch. Safe to repeat: receivers tell copies by their number. Raises the three errors
    of gateways."""
    assert len(pushes) <= EVENTS_A_BATCH
    assert all(push.fits for push in pushes)
    batch = [{"channel": each.channel, "name": each.name, "data": each.data} for each in pushes]
    try:
        _client().trigger_batch(batch, already_encoded=True)
    except (PusherBadAuth, PusherForbidden) as error:
        raise GatewayMisconfigured(f"Pusher refused the key: {type(error).__name__}") from error
    except PusherError as error:
        raise GatewayRejected(type(error).__name__, str(error)[:300]) from error


def authorise(channel: str, socket_id: str, member: dict[str, Any] | None) -> dict[str, str]:
    """The signed answer that lets one socket into one channel. Raises `ValueError` for a socket
    or a channel that cannot be one."""
    answer: dict[str, str] = _client().authenticate(channel, socket_id, member)
    return answer


def is_genuine(key: str, signature: str, body: bytes) -> bool:
    """Whether a webhook was signed with our secret. Repetitions are told apart by their content."""
    expected = hmac.new(settings.PUSHER["secret"].encode(), body, hashlib.sha256).hexdigest()
    return (
        is_configured()
        and hmac.compare_digest(key.encode(), settings.PUSHER["key"].encode())
        and hmac.compare_digest(signature.encode(), expected.encode())
    )


class _Transport:
    """What the package calls a backend."""

    def __init__(self, client: Any, **_options: Any) -> None:
        self.client = client

    def send_request(self, request: Request) -> Any:
        door = Door("pusher", request.base_url, read_timeout=5.0, deadline=10.0)
        answer = door.request(
            request.method,
            request.signed_path,
            content=request.body,
            headers=request.headers,
            idempotent=True,
        )
        try:
            return process_response(answer.status_code, answer.text)
        except ValueError as error:
            raise GatewayRejected("unreadable", answer.text[:100]) from error


def _client() -> pusher.Pusher:
    own = settings.PUSHER
    if not is_configured():
        raise GatewayMisconfigured("PUSHER_APP_ID, PUSHER_KEY or PUSHER_SECRET is empty")
    return pusher.Pusher(
        app_id=own["app_id"],
        key=own["key"],
        secret=own["secret"],
        ssl=own["tls"],
        host=own["host"],
        port=own["port"],
        backend=_Transport,
    )
