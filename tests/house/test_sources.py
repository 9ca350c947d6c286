"""docs/sources.md against what is really there: its addresses, its tests, its rows."""

import re
from collections import Counter

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tests.house.sources import ROOT

TABLE = ROOT / "docs" / "sources.md"
_CODE = re.compile(r"`([^`]+)`")
_ADDRESS = re.compile(r"(?:(?:GET|POST|PUT|PATCH|DELETE) )*(/api/v1/[\w/<>{}-]*)")
_HOLE = re.compile(r"<[^>]*>|\{[^}]*\}")
_TEST = re.compile(r"(?:tests/)?[\w/]*test_\w+\.py")


def rows(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def routes() -> set[str]:
    found = set()

    def walk(patterns: list[URLPattern | URLResolver], before: str) -> None:
        for pattern in patterns:
            path = before + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, path)
            found.add(_HOLE.sub("*", path))

    walk(get_resolver().url_patterns, "/")
    return found


def lost_addresses(text: str) -> list[str]:
    """API addresses that no route begins with."""
    known = routes()
    named = {address for code in _CODE.findall(text) for address in _ADDRESS.findall(code)}
    return sorted(
        address
        for address in named
        if not any(route.startswith(_HOLE.sub("*", address)) for route in known)
    )


def lost_tests(text: str) -> list[str]:
    """Named tests that are not there; a bare name is in the folder of the one before it."""
    lost, folder = [], "tests"
    for row in rows(text):
        for name in _TEST.findall(row[-1]):
            if "/" in name:
                folder = name.rpartition("/")[0]
            path = name if "/" in name else f"{folder}/{name}"
            if not (ROOT / path).exists():
                lost.append(path)
    return lost


def repeated(text: str) -> list[tuple[str, ...]]:
    counted = Counter(tuple(row[:2]) for row in rows(text))
    return [row for row, count in counted.items() if count > 1]


def test_every_address_it_names_is_served() -> None:
    assert lost_addresses(TABLE.read_text()) == []


def test_every_test_it_names_is_there() -> None:
    assert lost_tests(TABLE.read_text()) == []


def test_nothing_is_listed_twice_or_without_a_place() -> None:
    text = TABLE.read_text()
    assert repeated(text) == []
    assert [row for row in rows(text) if len(row) != 4 or row[2] in {"", "planned"}] == []


@pytest.mark.parametrize(
    ("find", "row"),
    [
        (lost_addresses, "| A | x | `GET /api/v1/nowhere/` | |"),
        (lost_tests, "| A | x | y | `tests/house/test_nothing.py` |"),
        (repeated, "| A | x | y | |\n| A | x | z | |"),
    ],
)
def test_it_can_fail(find, row: str) -> None:
    assert find(f"| s | n | h | p |\n|---|---|---|---|\n{row}\n")
