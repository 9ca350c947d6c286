"""iCalendar from an address somebody gave us. Such an address may point anywhere, so the name is
looked up here, every address behind it must be a public one, and the call goes to exactly the
address that was looked at: a name that changes its mind in between leads nowhere else."""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import httpx
from django.conf import settings

from tutorme.core.gateways import GatewayRejected, GatewayUnavailable
from tutorme.core.http import Door

MOST_BYTES = 2 * 1024 * 1024
_REDIRECTS = 3
_MOVED = {301, 302, 303, 307, 308}
_ACCEPT = {"Accept": "text/calendar, text/plain;q=0.5, */*;q=0.1"}


@dataclass(frozen=True)
class _Target:
    origin: str
    host: str
    path: str


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


def _get(target: _Target) -> httpx.Response:
    door = Door(
        f"ics:{target.host}"[:80],
        target.origin,
        read_timeout=10,
        deadline=15,
        attempts=2,
        max_bytes=MOST_BYTES,
    )
    return door.request(
        "GET",
        target.path,
        headers={"Host": target.host, **_ACCEPT},
        extensions={"sni_hostname": target.host.partition(":")[0]},
    )


def _target(url: str) -> _Target:
    """`webcal:` is another word for https. Names and passwords in an address are not taken."""
    parts = urlsplit(url.strip().replace("webcal://", "https://", 1))
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    if settings.SANDBOX_URL and url.startswith(f"{settings.SANDBOX_URL}/"):
        return _Target(settings.SANDBOX_URL, parts.netloc, path)
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc:
        raise GatewayRejected("address", "only https addresses are read")
    if _port(parts.netloc) not in {None, 443}:
        raise GatewayRejected("address", "only the usual port is spoken to")
    address = _public_address(parts.hostname)
    shown = f"[{address}]" if ":" in address else address
    return _Target(f"https://{shown}", parts.hostname, path)


def _port(netloc: str) -> int | None:
    try:
        return urlsplit(f"//{netloc}").port
    except ValueError as error:
        raise GatewayRejected("address", "no such port") from error


def _public_address(host: str) -> str:
    try:
        found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise GatewayUnavailable(f"{host} has no address") from error
    addresses = [str(row[4][0]).partition("%")[0] for row in found]
    for address in addresses:
        if not is_public(address):
            raise GatewayRejected("address", "it leads into a private network")
    return addresses[0]


def is_public(address: str) -> bool:
    """Judged by what is behind a disguise: IPv4 within IPv6, 6to4, Teredo, NAT64."""
    ip = ipaddress.ip_address(address)
    inner = [ip]
    if isinstance(ip, ipaddress.IPv6Address):
        embedded = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
        inner += [each for each in embedded if each is not None]
        if ip in ipaddress.ip_network("64:ff9b::/96"):
            inner.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    return all(each.is_global and not each.is_multicast for each in inner)
