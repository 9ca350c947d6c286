"""Whether each provider can be spoken to now: asked by `check_providers`, never by a page.

Apps declare theirs in a `probes.py`, found at start. A probe changes nothing at the provider; it
returns what it proved ("signed in", "answers") or raises a gateway error.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tutorme.core.gateways import GatewayError
from tutorme.core.http import Door


@dataclass(frozen=True)
class Probe:
    name: str
    is_configured: Callable[[], bool]
    ask: Callable[[], str]


_probes: dict[str, Probe] = {}


def declare(*probes: Probe) -> None:
    _probes.update({probe.name: probe for probe in probes})


def known() -> dict[str, Probe]:
    return dict(sorted(_probes.items()))


def answers(name: str, address: str) -> str:
    """Anything but silence counts: without a harmless call to make, that is all one can know."""
    Door(name, address, read_timeout=5.0, deadline=8.0, attempts=1).request("GET", "/")
    return "answers"


def ask_all(only: frozenset[str] = frozenset()) -> Iterator[dict[str, Any]]:
    for name, probe in known().items():
        if only and name not in only:
            continue
        if not probe.is_configured():
            yield {"provider": name, "state": "off", "detail": "not configured"}
            continue
        try:
            yield {"provider": name, "state": "ok", "detail": probe.ask()}
        except GatewayError as error:
            yield {"provider": name, "state": "broken", "detail": str(error)[:300]}
