"""The operator's commands: JSON for programs, exit codes for scripts, nothing by the way."""

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import (
    CommandError,
    call_command,
    get_commands,
    load_command_class,
)
from django.utils import timezone

from accounts.models import User
from courses.models import Course, CourseWords
from payments.models import Order
from realtime.models import MailDelivery
from tests.core.probe import Rang
from tests.payments.books import buy, stall
from tutorme.core import inbox, jobs, outbox, upkeep
from tutorme.core.models import AuditEntry, IdempotencyRecord, InboxMessage, Job, OutboxDelivery

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).parents[1] / "api" / "openapi.yaml"
_BY_LAW = {"payments", "certificates"}
_SOME = {"method": "POST", "path": "/", "key": "k", "fingerprint": "f"}


def told(*arguments: str) -> dict[str, object]:
    out = StringIO()
    call_command(*arguments, "--json", stdout=out)
    found: dict[str, object] = json.loads(out.getvalue())
    return found


def test_jobs_are_listed_stopped_and_run_again(sam: User) -> None:
    row = jobs.enqueue("accounts.export", key="one", args={"user_id": str(sam.pk)}, owner_id=sam.pk)
    listed = told("jobs", "ls", "--state", "queued")["jobs"]
    assert isinstance(listed, list)
    assert [job["id"] for job in listed] == [str(row.pk)]
    assert told("jobs", "cancel", str(row.pk))["state"] == "cancelled"
    again = told("jobs", "retry", str(row.pk))
    assert Job.objects.get(pk=str(again["job"])).retry_of_id == row.pk
    with pytest.raises(CommandError, match="No such job"):
        call_command("jobs", "cancel", "0198aaaa-0000-7000-8000-000000000000")


def test_replay_puts_dead_rows_back_and_says_how_many(sam: User) -> None:
    outbox.record(Rang("door"))
    OutboxDelivery.objects.update(state="dead")
    assert told("replay", "outbox", "--dry-run")["rows"] == 2
    assert OutboxDelivery.objects.filter(state="dead").count() == 2
    assert told("replay", "outbox", "--name", "test.rang")["rows"] == 2
    assert told("replay", "outbox")["rows"] == 0
    inbox.store(provider="probe", delivery_id="1", kind="probe.rang", body=b"{}", headers={})
    InboxMessage.objects.update(state="dead")
    assert told("replay", "inbox", "--name", "other")["rows"] == 0
    assert told("replay", "inbox")["rows"] == 1


def test_broken_promises_end_with_one(sam: User) -> None:
    assert set(told("invariants").values()) == {"holds"}
    User.objects.filter(pk=sam.pk).update(points=5)
    with pytest.raises(CommandError, match="points-equal-ledger"):
        call_command("invariants", stdout=StringIO())


def test_the_contract_is_compared(tmp_path: Path) -> None:
    assert told("openapi", str(GOLDEN), "--check")["differences"] == []
    other = tmp_path / "other.yaml"
    other.write_text(GOLDEN.read_text().replace("TutorMe API", "Another API"))
    with pytest.raises(CommandError, match="not the code's"):
        call_command("openapi", str(other), "--check", stdout=StringIO())
    told("openapi", str(other))
    assert told("openapi", str(other), "--check")["differences"] == []


def rows(found: dict[str, object]) -> dict[str, int]:
    chores = found["chores"]
    assert isinstance(chores, list)
    return {row["name"]: row["rows"] for row in chores}


def test_purge_counts_first_and_then_removes_what_is_over(sam: User) -> None:
    keys = [
        IdempotencyRecord.objects.create(owner=str(n), locked_until=timezone.now(), **_SOME)
        for n in range(2)
    ]
    IdempotencyRecord.objects.filter(pk=keys[0].pk).update(
        created_at=timezone.now() - timedelta(days=3)
    )
    assert rows(told("purge", "--dry-run"))["core.idempotency"] == 1
    assert IdempotencyRecord.objects.count() == 2
    assert rows(told("purge", "--yes"))["core.idempotency"] == 1
    assert IdempotencyRecord.objects.get() == keys[1]
    assert rows(told("purge", "--yes", "--only", "core.idempotency")) == {"core.idempotency": 0}


def mailed(user: User, days: int) -> None:
    said = {"dedupe_key": str(days), "message_id": str(days), "state": "failed"}
    row = MailDelivery.objects.create(user=user, kind="x", url="/", to_address=user.email, **said)
    MailDelivery.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(days=days))


def test_purge_goes_by_the_age_that_is_asked_for(sam: User) -> None:
    """The usual age removes neither; sixty days remove one; asked again, nothing more."""
    mailed(sam, 40)
    mailed(sam, 100)
    asked = ("purge", "--only", "realtime.mails")
    assert rows(told(*asked, "--yes")) == {"realtime.mails": 0}
    assert rows(told(*asked, "--older-than", "60", "--dry-run")) == {"realtime.mails": 1}
    assert MailDelivery.objects.count() == 2
    assert rows(told(*asked, "--older-than", "60d", "--yes")) == {"realtime.mails": 1}
    assert rows(told(*asked, "--older-than", "60d", "--yes")) == {"realtime.mails": 0}
    assert [row.dedupe_key for row in MailDelivery.objects.all()] == ["40"]


def test_purge_never_goes_below_what_others_count_on(sam: User) -> None:
    mailed(sam, 20)
    mailed(sam, 40)
    found = told("purge", "--only", "realtime.mails", "--older-than", "1", "--yes")
    assert rows(found) == {"realtime.mails": 1}
    assert [row.dedupe_key for row in MailDelivery.objects.all()] == ["20"]
    assert found["chores"][0]["older_than_days"] == 30  # type: ignore[index]


def test_a_shorter_standing_choice_of_the_site_is_its_own() -> None:
    kept = upkeep.Age(usual=timedelta(days=5), least=timedelta(days=30), why="told in a test")
    assert kept.for_asked(timedelta(days=1)) == timedelta(days=5)
    assert kept.for_asked(timedelta(days=9)) == timedelta(days=9)


def test_an_age_is_asked_only_of_what_goes_by_age() -> None:
    asked = rows(told("purge", "--older-than", "400", "--dry-run"))
    assert "realtime.mails" in asked
    assert "accounts.held-names" not in asked
    assert "accounts.held-names" in rows(told("purge", "--dry-run"))
    with pytest.raises(CommandError, match="an end of its own"):
        told("purge", "--only", "accounts.held-names", "--older-than", "400", "--dry-run")


@pytest.mark.parametrize("age", ["0", "-5", "soon", "1w", "99999"])
def test_an_age_is_a_number_of_days(age: str) -> None:
    with pytest.raises(CommandError, match="number of days"):
        call_command("purge", f"--older-than={age}", "--dry-run", stdout=StringIO())


def test_what_the_law_keeps_no_age_removes(sam: User, tess: User, sandbox) -> None:
    """Every chore at no age at all, past what `--older-than` allows: mails go, books stay."""
    buy(sam, stall.put(tess, "100.00"))
    mailed(sam, 1)
    AuditEntry.objects.create(actor=sam, action="x", target_type="x", target_id="x")
    kept = [model for model in apps.get_models() if model._meta.label.split(".")[0] in _BY_LAW]
    kept.append(AuditEntry)
    before = {model: model._base_manager.count() for model in kept}
    for chore in upkeep.chores(upkeep.Verb.PURGE):
        if chore.age:
            chore.work(older_than=timedelta(0))
    assert {model: model._base_manager.count() for model in kept} == before
    assert before[Order]
    assert before[AuditEntry]
    assert not MailDelivery.objects.filter(dedupe_key="1").exists()


def test_purge_in_production_wants_to_be_meant(settings) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="--yes"):
        call_command("purge", stdout=StringIO())
    assert told("purge", "--list")["chores"], "what only lists destroys nothing"


def test_recompute_says_what_differed_and_mends_it(sam: User) -> None:
    User.objects.filter(pk=sam.pk).update(points=5)
    assert rows(told("recompute", "--dry-run"))["courses.points"] == 1
    assert User.objects.get(pk=sam.pk).points == 5
    assert rows(told("recompute"))["courses.points"] == 1
    assert User.objects.get(pk=sam.pk).points == 0
    assert set(rows(told("recompute")).values()) == {0}


def test_reindex_finds_again_what_was_lost(tess: User) -> None:
    course = Course.objects.create(
        title="Algebra", slug="a", difficulty="beginner", instructor=tess
    )
    CourseWords.objects.all().delete()
    assert rows(told("reindex", "--dry-run"))["courses.words"] == 1
    assert not CourseWords.objects.exists()
    told("reindex", "--only", "courses.words")
    assert CourseWords.objects.get().course_id == course.pk


def test_what_is_not_there_is_named() -> None:
    with pytest.raises(CommandError, match="nothing-such"):
        call_command("reindex", "--only", "nothing-such")


OPERATORS = (
    *("backup", "restore", "create_admin", "doctor", "env_docs", "invariants", "jobs"),
    *("ledger_check", "openapi", "paypal_sync", "purge", "recompute", "reconcile", "reindex"),
    *("replay", "rotate_field_keys", "run_payouts"),
)


@pytest.mark.parametrize("name", OPERATORS)
def test_every_command_speaks_to_programs(name: str) -> None:
    command = load_command_class(get_commands()[name], name)
    assert "--json" in command.create_parser("manage.py", name).format_help()


def test_doctor_and_env_docs_in_json() -> None:
    assert told("doctor")["ready"] is True
    variables = told("env_docs")["variables"]
    assert isinstance(variables, list)
    assert {"name", "kind", "default", "help", "group"} == set(variables[0])
