"""Every command of ours has the manners of all: `--json`, a dry run before it changes much, and no
destruction in production by a slip."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command, get_commands, load_command_class
from django.core.management.base import BaseCommand

from tests.house.sources import APPS
from tutorme.core.management.operating import OperatorCommand

_OURS = sorted(
    (name, app) for name, app in get_commands().items() if app.split(".")[0] in {*APPS, "tutorme"}
)
# Those that change nothing of the site's rows.
READERS = frozenset(
    {
        *("audit_check", "check_providers", "course_check", "course_export", "demo_logins"),
        *("doctor", "env_docs", "health_check", "invariants", "ledger_check", "openapi"),
        *("backup", "verify_certificate"),
    }
)
# Those whose whole effect is one thing named by the caller, or that a dry run cannot tell.
WITHOUT_DRY_RUN = {
    "course_import": "all or nothing, as a draft; course_check says before what is wrong",
    "create_admin": "one account, named",
    "jobs": "one job, named",
    "reconcile": "asks providers for what is true; `--older-than` and `--compare` say of what",
    "seed_bench": "fills an empty database of its own",
    "seed_demo": "adds the demo, refused outside development",
    "demo_subscriptions": "adds the demo's, refused where PayPal is no stand-in",
}
DESTROY = frozenset({"purge", "restore"})


def command(name: str, app: str) -> BaseCommand:
    return load_command_class(app, name)


def options(name: str, app: str) -> set[str]:
    parser = command(name, app).create_parser("manage.py", name)
    return {option for action in parser._actions for option in action.option_strings}


@pytest.mark.parametrize(("name", "app"), _OURS)
def test_it_speaks_to_programs_and_ends_in_words(name: str, app: str) -> None:
    """The base turns what an operator can act on into one sentence: tests/core/test_operating.py"""
    assert isinstance(command(name, app), OperatorCommand)
    assert "--json" in options(name, app)
    assert command(name, app).help, "says in one sentence what it does"


@pytest.mark.parametrize(("name", "app"), _OURS)
def test_it_can_be_asked_first(name: str, app: str) -> None:
    """`restore` calls its own `--check`."""
    if name in READERS | WITHOUT_DRY_RUN.keys():
        return
    assert options(name, app) & {"--dry-run", "--check"}


@pytest.mark.parametrize(("name", "app"), _OURS)
def test_what_destroys_is_meant(name: str, app: str) -> None:
    one = command(name, app)
    destroys = isinstance(one, OperatorCommand) and one.destroys
    assert destroys == (name in DESTROY)
    assert ("--yes" in options(name, app)) == destroys


@pytest.mark.django_db
def test_destruction_is_refused_in_production_without_yes(settings) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="--yes"):
        call_command("purge", "--only", "core.idempotency", stdout=StringIO())
    out = StringIO()
    call_command("purge", "--only", "core.idempotency", "--dry-run", "--json", stdout=out)
    call_command("purge", "--only", "core.idempotency", "--yes", stdout=StringIO())
    assert json.loads(out.getvalue())["dry_run"] is True


def test_no_exception_is_for_a_command_that_is_gone() -> None:
    names = {name for name, _app in _OURS}
    # `issue_certificates` and its like belong to the certificates and come with them.
    assert {*WITHOUT_DRY_RUN, *DESTROY, *READERS} - names <= {"verify_certificate"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("expire_holds", "--dry-run"), {"expired": 0, "dry_run": True}),
        (("expire_holds",), {"expired": 0, "dry_run": False}),
        (("send_reminders", "--dry-run"), {"due": 0, "dry_run": True}),
        (("send_reminders",), {"sent": 0, "dry_run": False}),
        (("retry_webhooks", "--dry-run"), {"in": 0, "out": 0, "dry_run": True}),
        (("retry_webhooks",), {"in": 0, "out": 0, "dry_run": False}),
    ],
)
def test_a_quiet_house_has_nothing_to_do(arguments, told) -> None:
    out = StringIO()
    call_command(*arguments, "--json", stdout=out)
    assert json.loads(out.getvalue()) == told


@pytest.mark.django_db
def test_subjects_are_added_once(tmp_path) -> None:
    more = tmp_path / "more.yaml"
    more.write_text("- [bee-keeping, Bee keeping, science, apiary]\n")
    for flags, added in ((("--dry-run",), 1), ((), 1), ((), 0)):
        out = StringIO()
        call_command("load_subjects", str(more), *flags, "--json", stdout=out)
        assert len(json.loads(out.getvalue())["added"]) == added, flags
    more.write_text("- [bee-keeping, Bee keeping, insects, apiary]\n")
    with pytest.raises(CommandError, match="A subject is"):
        call_command("load_subjects", str(more), stdout=StringIO())


@pytest.mark.django_db
def test_health_is_told_and_judged() -> None:
    out = StringIO()
    call_command("health_check", "--json", stdout=out)
    found = json.loads(out.getvalue())
    assert found["status"] in {"ok", "degraded"}
    assert found["migrations"]["waiting"] == []
    assert {row["name"] for row in found["queues"]} == {"outbox", "inbox", "jobs", "audit chain"}


@pytest.mark.django_db
def test_providers_are_spoken_to(sandbox) -> None:
    """PayPal's stand-in lets us in; what nobody configured is off; a wrong name is said."""
    out = StringIO()
    call_command("check_providers", "--only", "paypal", "--json", stdout=out)
    assert json.loads(out.getvalue())["providers"][0]["state"] in {"ok", "off"}
    with pytest.raises(CommandError, match="No such provider"):
        call_command("check_providers", "--only", "pigeon", stdout=StringIO())
