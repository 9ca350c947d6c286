"""The README of the stand-ins: every address it names is there, and everything there is named."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from sandbox import faults
from sandbox.app import app

SANDBOX = Path(__file__).resolve().parents[2] / "sandbox"
README = (SANDBOX / "README.md").read_text()
# What each provider of the switchboard is called there.
NAMES = {
    "ics": "calendars as files",
    "mail": "a mail server",
    "google-calendar": "Google Calendar",
    "graph": "Microsoft Graph",
}


def paths(routes: Iterable[BaseRoute], before: str = "") -> Iterator[str]:
    for route in routes:
        if isinstance(route, Mount):
            yield from paths(route.routes, before + route.path)
        elif isinstance(route, Route | WebSocketRoute):
            yield before + route.path


def named() -> set[str]:
    found = re.findall(r"`(?:GET |POST |PUT |DELETE )?(/[^`\s?]*)", README)
    return {re.sub(r"<[^>]*>?", "{}", each) for each in found if each != "/"}


def is_there(path: str) -> bool:
    """A route, or what all addresses of a provider begin with."""
    wanted = path.strip("/").split("/")
    return any(begins(each.strip("/").split("/"), wanted) for each in paths(app.routes))


def begins(route: list[str], wanted: list[str]) -> bool:
    pairs = zip(route, wanted, strict=False)
    return len(route) >= len(wanted) and all("{" in one + two or one == two for one, two in pairs)


def test_every_address_of_the_readme_is_there() -> None:
    assert len(named()) > 20
    assert [path for path in sorted(named()) if not is_there(path)] == []


def test_every_switch_beyond_a_providers_api_is_named() -> None:
    switches = {each for each in paths(app.routes) if "/_" in each and "by-form" not in each}
    bare = {each.partition("{")[0].rstrip("/") for each in named()}
    told = {re.sub("/{.*", "", each) for each in switches} - {"/_faults/arm/", "/_faults/clear/"}
    assert sorted(told - bare) == []


def test_every_provider_is_named() -> None:
    words = README.lower()
    wanted = {name: NAMES.get(name, name).lower() for name in faults.OPERATIONS}
    assert [name for name, told in wanted.items() if told not in words] == []


def test_every_variable_is_named() -> None:
    code = "".join(file.read_text() for file in SANDBOX.rglob("*.py"))
    read = set(re.findall(r'"(SANDBOX_[A-Z_]+)"', code))
    assert read == set(re.findall(r"^\| `(SANDBOX_[A-Z_]+)`", README, flags=re.M))
