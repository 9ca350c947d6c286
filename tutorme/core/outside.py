"""Addresses somebody gave us. Such an address may point anywhere, so the name is looked up here,
every address behind it must be a public one, and the call goes to exactly the address that was
looked at: a name that changes its mind in between leads nowhere else."""

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from tutorme.core.gateways import GatewayRejected, GatewayUnavailable

HTTPS = 443


@dataclass(frozen=True)
class Target:
    """Where to call (`origin`), and by which name it wants to be called."""

    origin: str
    host: str
    path: str

    def named(self) -> dict[str, Any]:
        """What a `Door` is to be given so that the server sees its own name, not the number."""
        name = urlsplit(f"//{self.host}").hostname or self.host
        return {"headers": {"Host": self.host}, "extensions": {"sni_hostname": name}}


def usual_port(port: int) -> bool:
    return port == HTTPS


def look_at(url: str, *, may_speak_to: Callable[[int], bool] = usual_port) -> Target:
    """Raises `GatewayRejected` (address) and, where the name has no address, `GatewayUnavailable`.
    The stand-ins of development are let through."""
    parts = _split(url)
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    if is_stand_in(url):
        return Target(settings.SANDBOX_URL, parts.netloc, path)
    port = refuse_bad(url, may_speak_to=may_speak_to)
    host = parts.hostname or ""
    address = _public_address(host, port)
    shown = f"[{address}]" if ":" in address else address
    own = "" if port == HTTPS else f":{port}"
    name = f"[{host}]" if ":" in host else host
    return Target(f"https://{shown}{own}", f"{name}{own}", path)


def is_stand_in(url: str) -> bool:
    return bool(settings.SANDBOX_URL) and url.startswith(f"{settings.SANDBOX_URL}/")


def refuse_bad(url: str, *, may_speak_to: Callable[[int], bool] = usual_port) -> int:
    """What can be said of an address without looking its name up; its port."""
    parts = _split(url)
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc:
        raise GatewayRejected("address", "only https addresses are spoken to")
    port = _port(parts)
    if not may_speak_to(port):
        raise GatewayRejected("address", "this port is not spoken to")
    if _is_number(parts.hostname) and not is_public(parts.hostname):
        raise GatewayRejected("address", "it leads into a private network")
    return port


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url.strip())
    except ValueError as error:
        raise GatewayRejected("address", "this is not an address") from error


def _port(parts: SplitResult) -> int:
    try:
        return parts.port or HTTPS
    except ValueError as error:
        raise GatewayRejected("address", "no such port") from error


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _public_address(host: str, port: int) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
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
