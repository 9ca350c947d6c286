"""docs/threats.md names a test for every threat, and every one of them is there."""

import ast
import re

from tests.house.sources import ROOT

PAGE = ROOT / "docs" / "threats.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
FIRST, LAST = 71, 120


def rows() -> dict[int, list[tuple[str, str]]]:
    found = re.findall(r"^\| (\d+) \|(.*)$", PAGE.read_text(), re.MULTILINE)
    return {int(number): NAMED.findall(rest) for number, rest in found}


def functions_in(path: str) -> set[str]:
    module = ast.parse((ROOT / path).read_text())
    return {node.name for node in ast.walk(module) if isinstance(node, ast.FunctionDef)}


def test_every_threat_has_a_test_that_exists() -> None:
    table = rows()
    assert sorted(table) == list(range(FIRST, LAST + 1))
    assert [number for number, named in table.items() if not named] == []
    missing = [
        f"{number}: {path}::{name}"
        for number, named in table.items()
        for path, name in named
        if not (ROOT / path).is_file() or name not in functions_in(path)
    ]
    assert missing == []


def test_the_control_a_test_that_is_gone_is_missed() -> None:
    assert "test_that_never_was" not in functions_in("tests/house/test_threats.py")
    assert NAMED.findall("`tests/house/test_threats.py::test_that_never_was`")
