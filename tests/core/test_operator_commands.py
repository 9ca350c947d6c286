"""The operator's commands: JSON for programs, exit codes for scripts, nothing by the way."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from tests.core.probe import Rang
from tutorme.core import inbox, jobs, outbox
from tutorme.core.models import InboxMessage, Job, OutboxDelivery

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).parents[1] / "api" / "openapi.yaml"


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
