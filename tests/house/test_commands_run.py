"""Every command of ours is run: asked first it changes nothing, and run again it changes nothing
more. What needs a file or a house of its own is named with the test that runs it.
"""

import json
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import User
from courses.models import Course, CourseWords
from tests.core.probe import Rang
from tests.house.sources import ROOT
from tests.house.test_commands import _OURS, DESTROY, command, options
from tests.payments.books import buy, stall
from tutorme.core import inbox, outbox
from tutorme.core.models import InboxMessage, OutboxDelivery

pytestmark = pytest.mark.django_db

# What the operator's page of the research asks for, and the word for it here.
PROMISED = {
    "doctor": "doctor",
    "env_docs": "env_docs",
    "setup_demo": "seed_demo",
    "create_admin": "create_admin",
    "backup": "backup",
    "restore --check": "restore --check",
    "rotate_field_keys": "rotate_field_keys",
    "check_providers": "check_providers",
    "paypal_sync": "paypal_sync",
    "paypal_webhooks ensure": "paypal_webhooks",
    "run_payouts --dry-run": "run_payouts --dry-run",
    "reconcile_ledger": "ledger_check",
    "expire_holds": "expire_holds",
    "send_reminders": "send_reminders",
    "retry_webhooks": "retry_webhooks",
    "redeliver": "redeliver",
    "issue_certificates": "issue_certificates",
    "verify_certificate": "verify_certificate",
    "import_learners": "import_learners",
    "reindex_search": "reindex",
    "purge": "purge",
    "jobs ls|cancel|retry": "jobs",
    "openapi --check": "openapi --check",
    "load_subjects": "load_subjects",
    "health_check": "health_check",
}
ARGUMENTS: dict[str, tuple[str, ...]] = {
    "jobs": ("ls",),
    "replay": ("outbox",),
    "purge": ("--yes",),
    "seed_bench": ("--scale", "0.0001"),
}
RUN_ELSEWHERE = {
    "backup": "tests/core/test_backups.py",
    "course_check": "tests/courses/test_transfers.py",
    "course_export": "tests/courses/test_transfers.py",
    "create_admin": "tests/accounts/test_admin_proposals.py",
    "invariants": "tests/core/test_operator_commands.py",
    "restore": "tests/core/test_backups.py",
    "course_import": "tests/courses/test_transfers.py",
    "demo_logins": "tests/web/test_demo.py",
    "import_learners": "tests/certificates/test_commands.py",
    "openapi": "tests/core/test_operator_commands.py",
    "paypal_sync": "tests/payments/test_plans.py",
    "paypal_webhooks": "tests/payments/test_notices.py",
    "redeliver": "tests/webhooks/test_commands.py",
    "seed_demo": "tests/web/test_demo.py",
    "verify_certificate": "tests/certificates/test_commands.py",
}
RUN_HERE = [(name, app) for name, app in _OURS if name not in RUN_ELSEWHERE]
# What a look writes down about itself, and when something was counted.
_OF_LOOKING = {"core_invariantcheck", "courses_cataloguestamp", "courses_ratingprior"}


def everything() -> dict[str, str]:
    """A digest of each table's rows."""
    tables = sorted({model._meta.db_table for model in apps.get_models()} - _OF_LOOKING)
    digest = "md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))"
    parts = [f"SELECT '{name}', {digest} FROM \"{name}\" t" for name in tables]  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return [table for table, digest in after.items() if before[table] != digest]


@pytest.fixture
def house(sam: User, otto: User, tess: User, sandbox, media) -> None:
    """In which most commands find something to do."""
    buy(sam, stall.put(tess, "100.00"))
    Course.objects.create(title="Algebra", slug="algebra", difficulty="beginner", instructor=tess)
    CourseWords.objects.all().delete()
    User.objects.filter(pk=sam.pk).update(points=5)
    outbox.record(Rang("door"))
    OutboxDelivery.objects.update(state="dead")
    inbox.store(provider="probe", delivery_id="1", kind="probe.rang", body=b"{}", headers={})
    InboxMessage.objects.update(state="dead")


def run(name: str, *more: str) -> Any:
    out = StringIO()
    call_command(name, *ARGUMENTS.get(name, ()), *more, "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


@pytest.mark.parametrize(("name", "app"), RUN_HERE)
def test_asked_first_it_changes_nothing_and_again_nothing_more(
    house: None, name: str, app: str
) -> None:
    start = everything()
    if "--dry-run" in options(name, app):
        assert run(name, "--dry-run") is not None
        assert changed(start, everything()) == []
    assert run(name) is not None
    once = everything()
    assert run(name) is not None
    assert changed(once, everything()) == []


def test_a_change_shows() -> None:
    """The control of the one above."""
    before = everything()
    User.objects.create(email="new@example.test", username="newone", display_name="N")
    assert changed(before, everything()) == ["accounts_user"]


def test_what_was_promised_is_there() -> None:
    there = {name: options(name, app) for name, app in _OURS}
    for asked, ours in PROMISED.items():
        name, *flags = ours.split()
        assert name in there, asked
        assert set(flags) <= there[name], asked


def test_who_looks_for_another_name_finds_ours() -> None:
    told = (ROOT / "docs" / "operations.md").read_text()
    for asked, ours in PROMISED.items():
        theirs, mine = asked.split()[0], ours.split()[0]
        assert theirs == mine or f"`{theirs}` is `{mine}`" in told, asked


def test_what_is_run_elsewhere_is_run_there() -> None:
    for name, path in RUN_ELSEWHERE.items():
        assert f'"{name}"' in (ROOT / path).read_text(), f"{path} runs no {name}"


@pytest.mark.parametrize("name", sorted(DESTROY))
def test_what_destroys_wants_to_be_meant(settings, name: str, tmp_path) -> None:
    settings.DEBUG = False
    arguments = {"restore": (str(tmp_path / "none"),)}.get(name, ())
    with pytest.raises(CommandError, match="say --yes"):
        call_command(name, *arguments, stdout=StringIO())


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("env_docs", "--json"), None, ""),
        (("openapi", "/nowhere.yaml", "--check"), 1, "not the code's"),
        (("jobs", "ls", "--state", "wrong"), 2, "invalid choice"),
    ],
)
def test_programs_are_told_how_it_ended(arguments, code, said: str, capsys) -> None:
    """0 is done, 1 is not done or something is wrong, 2 is a call nobody can mean."""
    name = arguments[0]
    one = command(name, dict(_OURS)[name])
    ended: object = None
    try:
        one.run_from_argv(["manage.py", *arguments])
    except SystemExit as stopped:
        ended = stopped.code
    assert ended == code
    assert said in capsys.readouterr().err
