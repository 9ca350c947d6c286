"""docs/sources.md against what is really there: its addresses, its tests, its rows."""

import re
from collections import Counter

import pytest
from django.core.management import get_commands
from django.urls import URLPattern, URLResolver, get_resolver

from tests.house.sources import ROOT

TABLE = ROOT / "docs" / "sources.md"
_CODE = re.compile(r"`([^`]+)`")
_ADDRESS = re.compile(r"(?:(?:GET|POST|PUT|PATCH|DELETE) )*(/api/v1/[\w/<>{}-]*)")
_HOLE = re.compile(r"<[^>]*>|\{[^}]*\}")
_TEST = re.compile(r"(?:tests/)?[\w/]*test_\w+\.py")
_PAGE = re.compile(r"^(?:(?:GET|POST|PUT|PATCH|DELETE) )*(/(?!api/)[\w/<>{}.-]*/)$")
_COMMAND = re.compile(r"manage\.py (\w+)")
SOURCES = ROOT.parent / "shared" / "sources"
# What the documents call things by: variables, tables, functions of a platform, addresses.
_NAMED = (
    re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b"),
    re.compile(r"create table (?:if not exists )?(?:public\.)?([a-z_]+)", re.IGNORECASE),
    re.compile(r"`([a-z]+/[a-z-]+)\.js`"),
    re.compile(r"(?:GET|POST|PUT|PATCH|DELETE) (/[a-z/-]+[a-z])"),
    re.compile(r"/api/[a-z-]+/[a-z/-]*[a-z]"),
)
# Words of their examples and of their languages, which name nothing.
_NO_NAMES = frozenset({"TG_OP", "YOUR_PROJECT_REF", "YOUR_JWT_TOKEN", "CURRENT_TIMESTAMP"})


def rows(text: str) -> list[list[str]]:
    """Of the table of what the sources named."""
    above = text.partition("## New here")[0]
    lines = [line for line in above.splitlines() if line.startswith("|")][2:]
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


def lost_pages(text: str) -> list[str]:
    """Pages that no route begins with."""
    known = routes()
    named = {page for code in _CODE.findall(text) for page in _PAGE.findall(code)}
    return sorted(
        page
        for page in named
        # "/earnings/" after an address of the API is said of that address.
        if not any(route.startswith(_HOLE.sub("*", page)) for route in known)
        and not any(_HOLE.sub("*", page) in route for route in known)
    )


def lost_commands(text: str) -> list[str]:
    return sorted(set(_COMMAND.findall(text)) - get_commands().keys())


def unnamed_routes(text: str) -> list[str]:
    """Addresses of the API that neither table names the beginning of."""
    above, _heading, below = text.partition("## New here")
    named = {address for code in _CODE.findall(above) for address in _ADDRESS.findall(code)}
    named |= {f"/api/v1/{code}" for code in _CODE.findall(below) if code.endswith("/")}
    begun = {_HOLE.sub("*", address) for address in named} - {"/api/v1/"}
    ours = {route for route in routes() if route.startswith("/api/v1/")} - {"/api/v1/"}
    return sorted(
        route for route in ours if not any(route.startswith(address) for address in begun)
    )


def unnamed_names(text: str, document: str) -> list[str]:
    """What a document names and the table does not."""
    found = {name for pattern in _NAMED for name in pattern.findall(document)} - _NO_NAMES
    # The table writes routes as the documents' tables of contents do, without the address's slash.
    return sorted(name for name in found if name.removesuffix("/route").strip("/") not in text)


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


def test_every_page_and_command_it_names_is_there() -> None:
    text = TABLE.read_text()
    assert lost_pages(text) == []
    assert lost_commands(text) == []


def test_every_address_of_the_api_is_named() -> None:
    assert unnamed_routes(TABLE.read_text()) == []


def test_everything_the_documents_name_has_its_row() -> None:
    documents = sorted(SOURCES.glob("*.txt"))
    if not documents:
        pytest.skip("the source documents are not beside this checkout")
    text = TABLE.read_text()
    assert {path.name: unnamed_names(text, path.read_text()) for path in documents} == {
        path.name: [] for path in documents
    }


def test_a_name_that_is_missing_shows() -> None:
    text = TABLE.read_text()
    assert unnamed_names(text, "`payment/barter.js` BARTER_KEY create table barters") == [
        *("BARTER_KEY", "barters", "payment/barter"),
    ]
    assert unnamed_routes(text.replace("`audit/`, ", "")) == ["/api/v1/audit/"]


@pytest.mark.parametrize(
    ("find", "row"),
    [
        (lost_pages, "| A | x | `/no/where/` | |"),
        (lost_commands, "| A | x | `manage.py barter` | |"),
        (lost_addresses, "| A | x | `GET /api/v1/nowhere/` | |"),
        (lost_tests, "| A | x | y | `tests/house/test_nothing.py` |"),
        (repeated, "| A | x | y | |\n| A | x | z | |"),
    ],
)
def test_it_can_fail(find, row: str) -> None:
    assert find(f"| s | n | h | p |\n|---|---|---|---|\n{row}\n")
