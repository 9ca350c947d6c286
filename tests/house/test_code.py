"""Rules of the house about code, each with the sample it must catch."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.sources import APPS, ROOT, name_of, python, tracked, tree

MAX_LINES = 400
MAX_FUNCTION = 60
# Failing alone is the job of these edges: one handler, one message, one job, one request.
EDGES = {
    "tutorme/core/outbox.py",
    "tutorme/core/inbox.py",
    "tutorme/core/jobs.py",
}
_SENDERS = {"delay", "apply_async"}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "shared"}


def bare_delays(module: ast.Module) -> Iterator[int]:
    """`.delay(` hands a message over before the row it speaks of is committed."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in _SENDERS:
            yield node.lineno


def broad_excepts(module: ast.Module) -> Iterator[int]:
    for node in ast.walk(module):
        if isinstance(node, ast.ExceptHandler):
            caught = node.type
            names = {getattr(part, "id", "") for part in ast.walk(caught)} if caught else {""}
            if caught is None or names & {"Exception", "BaseException"}:
                yield node.lineno


def inner_imports(module: ast.Module) -> Iterator[int]:
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Import | ast.ImportFrom):
                    yield inner.lineno


def joined_updates(module: ast.Module) -> Iterator[int]:
    """`.filter(other__column=…).update(…)` becomes `id IN (SELECT …)`, which PostgreSQL does not
    look at again after waiting for a row: two callers win. Lookups end in these words."""
    lookups = {
        "lt", "lte", "gt", "gte", "in", "isnull", "exact", "iexact", "startswith", "regex", "pk",
    }  # fmt: skip
    for node in ast.walk(module):
        if not (isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "update"):
            continue
        for inner in ast.walk(node.func):
            if isinstance(inner, ast.Call) and getattr(inner.func, "attr", "") == "filter":
                for keyword in inner.keywords:
                    parts = (keyword.arg or "").split("__")
                    if len(parts) > 1 and parts[1] not in lookups:
                        yield inner.lineno


RULES = {
    "bare delay": (bare_delays, "task.delay(1)"),
    "broad except": (broad_excepts, "try:\n  x()\nexcept Exception:\n  pass"),
    "import inside a function": (inner_imports, "def f():\n  import os"),
    "update over a join": (joined_updates, "A.filter(user__active=True).update(x=1)"),
}


@pytest.mark.parametrize("rule", RULES)
def test_the_rule_holds_everywhere(rule: str) -> None:
    find, _sample = RULES[rule]
    broken = [
        f"{name_of(path)}:{line}"
        for path in python()
        if not (rule == "broad except" and name_of(path) in EDGES)
        and not (rule == "import inside a function" and "devstack" in path.parts)
        for line in find(tree(path))
    ]
    assert broken == []


@pytest.mark.parametrize("rule", RULES)
def test_the_rule_can_fail(rule: str) -> None:
    find, sample = RULES[rule]
    assert list(find(ast.parse(sample)))


def test_files_stay_small() -> None:
    long = {name_of(path): len(path.read_text().splitlines()) for path in python()}
    assert {name: lines for name, lines in long.items() if lines > MAX_LINES} == {}


def test_functions_stay_small() -> None:
    long = {}
    for path in python():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > MAX_FUNCTION:
                    long[f"{name_of(path)}:{node.name}"] = lines
    assert long == {}


def test_no_module_is_named_after_nothing() -> None:
    found = [name_of(path) for path in python() if path.stem in FORBIDDEN_NAMES]
    assert found == []


def test_every_app_introduces_itself() -> None:
    for app in APPS:
        lines = (ROOT / app / "README.md").read_text().splitlines()
        assert 12 <= len(lines) <= 60, app


UNFINISHED = ("TO" + "DO", "FIX" + "ME", "X" + "XX:", "NotImplemented" + "Error")


def test_nothing_is_left_for_later() -> None:
    found = [
        f"{name_of(path)}: {word}"
        for path in python()
        for word in UNFINISHED
        if word in path.read_text(encoding="utf-8")
    ]
    assert found == []


def is_text(path: Path) -> bool:
    return path.suffix in {".py", ".md", ".html", ".toml", ".txt", ".yaml", ".yml", ".sh", ".js"}


def test_lock_files_name_no_download_address() -> None:
    for path in tracked():
        if path.parent.name == "requirements":
            assert "://" not in path.read_text(), name_of(path)


@pytest.mark.parametrize("word", ["/wor" + "k/", "pypi.org/simp" + "le", "files.python" + "hosted"])
def test_the_tree_speaks_of_no_workplace(word: str) -> None:
    found = [
        name_of(p) for p in tracked() if is_text(p) and word in p.read_text("utf-8", "replace")
    ]
    assert found == []
