"""iCalendar from an address somebody gave us: only what `tutorme.core.outside` lets us speak to."""

from urllib.parse import urljoin

import httpx

from tutorme.core import outside
from tutorme.core.gateways import GatewayRejected
from tutorme.core.http import Door

MOST_BYTES = 2 * 1024 * 1024
_REDIRECTS = 3
_MOVED = {301, 302, 303, 307, 308}
_ACCEPT = {"Accept": "text/calendar, text/plain;q=0.5, */*;q=0.1"}


def fetch(url: str) -> bytes:
    """Raises `GatewayRejected` (address, not-found) and `GatewayUnavailable`."""
    for _ in range(_REDIRECTS + 1):
        response = _get(_target(url))
        if response.status_code == 200:
            return response.content
        if response.status_code not in _MOVED:
            raise GatewayRejected("unreachable", f"HTTP {response.status_code}")
        url = urljoin(url, response.headers.get("Location", ""))
    raise GatewayRejected("unreachable", "too many redirects")


def _get(target: outside.Target) -> httpx.Response:
    door = Door(
        f"ics:{target.host}"[:80],
        target.origin,
        read_timeout=10,
        deadline=15,
        attempts=2,
        max_bytes=MOST_BYTES,
    )
    named = target.named()
    named["headers"] |= _ACCEPT
    return door.request("GET", target.path, **named)


def _target(url: str) -> outside.Target:
    """`webcal:` is another word for https. Names and passwords in an address are not taken."""
    return outside.look_at(url.strip().replace("webcal://", "https://", 1))
