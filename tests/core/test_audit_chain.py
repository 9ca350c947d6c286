"""The chain over the audit trail: what is changed behind the database's back is found."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from tutorme.core import audit, audit_chain, invariants, limits
from tutorme.core.models import AuditEntry, AuditSeal, AuditUnsealed

pytestmark = pytest.mark.django_db


def acts(sam: User, count: int = 3) -> None:
    for number in range(count):
        audit.record("user.probed", target=sam, after={"number": number}, reason="ü, “so”")


def behind_its_back(sql: str, *given: Any) -> None:
    """As somebody would who may do anything in the database."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, given or None)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_every_entry_gets_its_link_and_none_twice(sam: User) -> None:
    acts(sam)
    assert AuditUnsealed.objects.count() == AuditEntry.objects.count()
    assert audit_chain.seal(limit=2) == 2
    assert audit_chain.seal() == AuditEntry.objects.count() - 2
    assert audit_chain.seal() == 0
    assert AuditUnsealed.objects.count() == 0
    assert list(audit_chain.breaks()) == []
    sequences = AuditSeal.objects.order_by("sequence").values_list("sequence", flat=True)
    assert list(sequences) == list(range(1, AuditEntry.objects.count() + 1))


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE core_auditentry SET reason = 'nothing' WHERE after->>'number' = '1'",
        "UPDATE core_auditentry SET after = '{\"number\": 7}' WHERE after->>'number' = '1'",
        "UPDATE core_auditentry SET actor_id = NULL, created_at = now() - interval '1 day'"
        " WHERE after->>'number' = '1'",
        "DELETE FROM core_auditseal WHERE sequence = 2",
        "INSERT INTO core_auditentry (id, action, target_type, target_id, reason, request_id)"
        " VALUES (gen_random_uuid(), 'smuggled', 'x', '1', '', '')",
    ],
)
def test_tampering_is_found(sam: User, tampering: str) -> None:
    acts(sam)
    audit_chain.seal()
    assert list(audit_chain.breaks()) == []
    behind_its_back(tampering)
    assert list(audit_chain.breaks())
    with pytest.raises(CommandError, match="audit-is-whole"):
        call_command("invariants", stdout=StringIO())


def test_control_without_a_chain_nobody_would_know(sam: User) -> None:
    acts(sam)
    behind_its_back("UPDATE core_auditentry SET reason = 'nothing'")
    assert list(audit_chain.breaks()) == []


def test_a_chain_cut_off_at_its_end_shows_against_a_head_kept_elsewhere(sam: User) -> None:
    acts(sam)
    audit_chain.seal()
    out = StringIO()
    call_command("audit_check", "--json", stdout=out)
    head = json.loads(out.getvalue())["head"]
    call_command("audit_check", "--expect-head", head, stdout=StringIO())
    last = AuditSeal.objects.order_by("-sequence").first()
    assert last is not None
    behind_its_back("DELETE FROM core_auditseal WHERE sequence = %s", last.sequence)
    behind_its_back("DELETE FROM core_auditentry WHERE id = %s", last.entry_id)
    assert list(audit_chain.breaks()) == [], "what is left is whole in itself"
    with pytest.raises(CommandError, match="not what it was"):
        call_command("audit_check", "--expect-head", head, stdout=StringIO())


def test_the_database_refuses_to_change_a_link(sam: User) -> None:
    acts(sam)
    audit_chain.seal()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditSeal.objects.update(digest="0" * 64)


CHANGE = "UPDATE core_auditentry SET reason = 'nothing' WHERE id ="
NAME = "audit-is-whole"


def looked() -> list[str]:
    """What the look of every five minutes finds."""
    return invariants.check_all().get(NAME, [])


def a_day_later() -> None:
    """As if the whole had been read more than a day ago."""
    server = limits.client(settings.REDIS_URL)
    seen = audit_chain.proven()
    assert seen is not None
    earlier = seen.whole_at - timedelta(days=1, seconds=1)
    server.set("audit:proven", json.dumps({"head": seen.head, "whole_at": earlier.isoformat()}))


def entry_at(sequence: int) -> Any:
    return AuditSeal.objects.get(sequence=sequence).entry_id


def test_what_is_new_is_looked_at_each_time_and_the_whole_once_a_day(sam: User) -> None:
    acts(sam)
    audit_chain.seal()
    assert looked() == []
    first = audit_chain.proven()
    assert first is not None
    assert first.head == audit_chain.head()
    acts(sam)
    audit_chain.seal()
    last = AuditSeal.objects.order_by("-sequence").values_list("sequence", flat=True)[0]
    behind_its_back(f"{CHANGE} %s", entry_at(last - 1))
    found = looked()
    assert len(found) == 1
    assert f"breaks at {last - 1}" in found[0], "after the checkpoint: the next look finds it"
    assert looked() == found, "and every one after it, until it is mended"
    assert audit_chain.proven() is None


def test_a_change_before_the_checkpoint_is_found_within_the_day(sam: User) -> None:
    acts(sam)
    audit_chain.seal()
    assert looked() == []
    behind_its_back(f"{CHANGE} %s", entry_at(2))
    acts(sam)
    audit_chain.seal()
    assert looked() == [], "control: looks from the checkpoint on do not see what lies before it"
    a_day_later()
    assert len(looked()) == 1


def test_a_look_that_finds_nothing_does_not_put_the_whole_off(sam: User) -> None:
    acts(sam)
    audit_chain.seal()
    looked()
    a_day_later()
    behind_its_back(f"{CHANGE} %s", entry_at(1))
    assert looked()
    limits.client(settings.REDIS_URL).flushdb()
    assert looked(), "without Redis the whole is read"


def test_an_end_cut_off_since_the_last_look_shows(sam: User) -> None:
    acts(sam)
    audit_chain.seal()
    looked()
    last = AuditSeal.objects.order_by("-sequence").first()
    assert last is not None
    behind_its_back("DELETE FROM core_auditseal WHERE sequence = %s", last.sequence)
    behind_its_back("DELETE FROM core_auditentry WHERE id = %s", last.entry_id)
    assert "cut off" in looked()[0]
    audit_chain.forget_proven()
    assert looked() == [], "control: what is left is whole in itself"
