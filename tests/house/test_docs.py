"""What the documents point at exists."""

import re

import pytest
import yaml
from django.core.management import get_commands, load_command_class

from tests.house.sources import ROOT, name_of, tracked
from tests.house.test_commands import _OURS
from tutorme.core import invariants

LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")
PATH = re.compile(
    r"`((?:tests|docs|bench|tutorme|accounts|payments|courses|certificates|realtime)/[\w./]+"
    # The sources call functions by the names of these apps: files alone are meant.
    r"|(?:ai|video|webhooks)/[\w/]+\.(?:py|md))"
)
_READ = re.compile(
    r"""(?:environ(?:\.get\(|\[)|values\.get\(|values\[)\s*["']([A-Z][A-Z0-9_]+)["']"""
    r"""|\$\{([A-Z][A-Z0-9_]+)[:}]"""
)
# Set by our own programs for their children, or by somebody else's.
_NOBODY_SETS = frozenset(
    {
        *("BENCH_TEMPLATE", "FLOOR", "STATEMENT", "STORM_WITHOUT_LOCKS", "TEST_DATABASE_TEMPLATE"),
        *("DJANGO_SETTINGS_MODULE", "DJANGO_ALLOW_ASYNC_UNSAFE", "PYTEST_XDIST_WORKER"),
        *("LD_LIBRARY_PATH", "PATH", "PATH_INFO", "STARTING_POINT", "STATIC_ROOT"),
    }
)
DOCS = [path for path in tracked() if path.suffix == ".md" and "courses/demo" not in str(path)]


@pytest.mark.parametrize("path", DOCS, ids=name_of)
def test_links_and_named_files_exist(path) -> None:
    text = path.read_text()
    missing = [link for link in LINK.findall(text) if not (path.parent / link).exists()]
    missing += [name for name in PATH.findall(text) if not exists(name.rstrip("."))]
    assert missing == []


def exists(name: str) -> bool:
    return (ROOT / name).exists() or bool(list(ROOT.glob(f"{name}*")))


def test_every_alert_has_its_page_in_the_runbook() -> None:
    alerts = re.findall(r"alert: (\w+)", (ROOT / "docker/monitoring/alerts.yml").read_text())
    headings = re.findall(r"^## (\w+)$", (ROOT / "docs/runbook.md").read_text(), re.MULTILINE)
    assert len(alerts) > 5
    assert sorted(alerts) == sorted(headings), (
        "an alert without a page, or a page nobody is sent to"
    )


def test_every_promise_has_its_line_in_the_runbook() -> None:
    text = (ROOT / "docs/runbook.md").read_text()
    promises = set(invariants.known())
    assert len(promises) > 5
    assert sorted(name for name in promises if f"`{name}`" not in text) == []


def read_from_the_environment() -> set[str]:
    scripts = {"docker-compose.yml", "run"}
    sources = [row for row in tracked() if row.suffix in {".py", ".sh"} or row.name in scripts]
    return {
        name
        for path in sources
        for pair in _READ.findall(path.read_text())
        for name in pair
        if name
    }


def test_every_variable_that_is_read_is_written_about() -> None:
    told = [*DOCS, ROOT / ".env.example"]
    words = set(re.findall(r"[A-Z][A-Z0-9_]+", " ".join(path.read_text() for path in told)))
    read = read_from_the_environment()
    assert len(read) > 30
    assert sorted(read - words - _NOBODY_SETS) == []


def test_every_make_target_that_is_named_is_there() -> None:
    targets = set(re.findall(r"^([a-z0-9]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {name for path in DOCS for name in re.findall(r"`make ([a-z0-9]+)", path.read_text())}
    assert {"run", "test", "clients"} <= named
    assert sorted(named - targets) == []


def test_every_management_command_that_is_named_is_there() -> None:
    known = set(get_commands())
    for path in DOCS:
        named = set(re.findall(r"manage\.py ([a-z_]+)", path.read_text()))
        assert sorted(named - known) == [], path


def calls_in(text: str) -> set[str]:
    """What a document says to run: after `manage.py`, for `make manage`, and in backticks where it
    begins with one of our commands."""
    found = {line.split("#")[0] for line in re.findall(r"manage\.py ([a-z_]+[^`\n|;]*)", text)}
    found |= set(re.findall(r"make manage ARGS=\"([a-z_]+[^\"]*)\"", text))
    ours = {name for name, _app in _OURS}
    spans = re.findall(r"`([a-z_]+ [^`\n]+)`", text)
    return {call.strip(" .,:)") for call in found} | {
        span for span in spans if span.split()[0] in ours
    }


def mistakes(call: str) -> list[str]:
    """Words of it that the command does not take."""
    name, *words = call.split()
    owner = get_commands().get(name)
    if owner is None:
        return [name]
    one = load_command_class(owner, name) if isinstance(owner, str) else owner
    actions = one.create_parser("manage.py", name)._actions
    known = {option for action in actions for option in action.option_strings}
    wrong = [word for word in words if word.startswith("--") and word.split("=")[0] not in known]
    places = [action for action in actions if not action.option_strings]
    first = next((word for word in words if not word.startswith("-")), "")
    if first.islower() and words[0] == first:
        chosen = [action.choices for action in places if action.choices]
        if not places or (chosen and places[0].choices and first not in places[0].choices):
            wrong.append(first)
    return wrong


@pytest.mark.parametrize("path", DOCS, ids=name_of)
def test_every_call_that_is_named_is_one_the_command_takes(path) -> None:
    wrong = {call: mistakes(call) for call in calls_in(path.read_text())}
    assert {call: words for call, words in wrong.items() if words} == {}


def test_the_control_a_call_nobody_can_make_is_found() -> None:
    text = (
        "`manage.py purge --only x --harder` and `jobs lose`, then\n"
        '`make manage ARGS="doctor loudly"` and `manage.py nobody`; `purge --list` is fine'
    )
    found = {word for call in calls_in(text) for word in mistakes(call)}
    assert found == {"--harder", "lose", "loudly", "nobody"}


def test_every_service_and_metric_that_is_named_is_there() -> None:
    """Of compose what is scaled, stopped, run or entered; of `/metrics` what is watched."""
    services = set(yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"])
    source = " ".join(path.read_text() for path in tracked() if path.suffix == ".py")
    for path in DOCS:
        text = path.read_text()
        named = set(re.findall(r"--scale (\w+)=", text))
        named |= set(re.findall(r"compose exec (\w+)", text))
        named |= set(re.findall(r"compose run [^`\n]*? (\w+) python", text))
        for words in re.findall(r"compose stop ([a-z ]+)", text):
            named |= set(words.split())
        assert sorted(named - services) == [], path
        metrics = set(re.findall(r"`(tutorme_[a-z_]+?)(?:_(?:bucket|count|sum))?`", text))
        assert sorted(name for name in metrics if name not in source) == [], path


def test_every_command_of_ours_is_in_the_operators_table() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    _, _, table = text.partition("## Commands")
    named = set(re.findall(r"`([a-z_]+)", table))
    assert sorted({name for name, _app in _OURS} - named) == []
