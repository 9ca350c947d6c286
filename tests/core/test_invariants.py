"""Promises are looked at, and what breaks one is kept and said. Each is broken here once: a look
that finds nothing in a broken house is no look."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from tests.core.probe import Rang
from tutorme.core import invariants, outbox
from tutorme.core.models import InvariantCheck, OutboxDelivery

pytestmark = pytest.mark.django_db


def test_a_sound_house_holds_all(sam: User) -> None:
    assert invariants.check_all() == {}
    kept = dict(InvariantCheck.objects.values_list("name", "state"))
    assert set(kept) == set(invariants.known())
    assert set(kept.values()) == {"holds"}


def test_what_breaks_one_is_named_until_it_is_mended(sam: User) -> None:
    outbox.record(Rang("door"))
    OutboxDelivery.objects.update(state="dead")
    assert list(invariants.check_all()) == ["outbox-flows"]
    row = InvariantCheck.objects.get(name="outbox-flows")
    assert row.state == "broken"
    assert "test.rang" in row.offenders[0]
    since = row.broken_since
    invariants.check_all()
    row.refresh_from_db()
    assert row.broken_since == since
    OutboxDelivery.objects.update(state="done")
    assert invariants.check_all() == {}
    row.refresh_from_db()
    assert (row.state, row.broken_since, row.offenders) == ("holds", None, [])


def test_a_promise_that_cannot_be_looked_at_is_unknown(sam: User) -> None:
    before = invariants.known()

    def fails():
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM nowhere")
        yield "never"

    invariants.holds("probe", "A look that fails.")(fails)
    try:
        assert invariants.check_all() == {}
    finally:
        invariants._known.pop("probe")
    assert InvariantCheck.objects.get(name="probe").state == "unknown"
    invariants.check_all()
    assert set(InvariantCheck.objects.values_list("name", flat=True)) == set(before)


def test_points_that_are_not_the_ledgers_are_found(sam: User) -> None:
    User.objects.filter(pk=sam.pk).update(points=5)
    assert invariants.check_all() == {"points-equal-ledger": [f"user {sam.pk}: 5 points"]}


def test_late_is_ten_minutes(sam: User) -> None:
    outbox.record(Rang("door"))
    rows = OutboxDelivery.objects.all()
    rows.update(run_after=timezone.now() - timedelta(hours=1))
    assert invariants.check_all() == {}, "it only just happened"
