"""Time zones by name. A name that was replaced (Europe/Kiev) is read as the one it became; one
that only shares another's clock (Europe/Stockholm) stays what a person there would choose."""

from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

_UNUSABLE = frozenset({"posixrules", "localtime", "Factory"})


@lru_cache(maxsize=1)
def _inhabited() -> frozenset[str]:
    """Names in zone.tab: one for each place people live in."""
    table = files("tzdata").joinpath("zoneinfo/zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return frozenset(row[2] for row in rows) | {"UTC"}


@lru_cache(maxsize=1)
def _links() -> dict[str, str]:
    """`L target alias` in the compact form of the database."""
    source = files("tzdata").joinpath("zoneinfo/tzdata.zi").read_text(encoding="utf-8")
    rows = (line.split() for line in source.splitlines() if line.startswith("L "))
    return {alias: target for _mark, target, alias in rows}


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """What is offered for choosing."""
    return tuple(sorted(_inhabited()))


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    return frozenset(available_timezones()) - _UNUSABLE


def canonical(name: str) -> str | None:
    """The name to keep, or None where there is no such zone."""
    if name not in _known():
        return None
    if name in _inhabited():
        return name
    target = _links().get(name, name)
    return "UTC" if target in {"Etc/UTC", "Etc/GMT"} else target


def today_in(name: str) -> date:
    return datetime.now(ZoneInfo(name)).date()
