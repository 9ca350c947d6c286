from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.db.models.functions import Now

from tests.core.probe import Rang, Switch, rung
from tutorme.core import context, outbox
from tutorme.core.models import OutboxDelivery, OutboxEvent

pytestmark = pytest.mark.django_db


def sent(event: Rang) -> OutboxEvent:
    row = outbox.record(event)
    assert row
    return row


def due_again() -> None:
    OutboxDelivery.objects.filter(state="pending").update(run_after=Now())


def test_an_event_reaches_each_handler_once() -> None:
    event = sent(Rang("door", uuid4()))
    outbox.deliver(event.pk)
    outbox.deliver(event.pk)
    assert (rung("heard:door"), rung("heard-too:door")) == (1, 1)


def test_payload_keeps_its_types() -> None:
    sent = Rang("door", uuid4())
    assert Rang.from_payload({**sent.to_payload(), "added_later": 1}) == sent


def test_a_rolled_back_writer_leaves_no_event() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        outbox.record(Rang("door"))
        raise ZeroDivisionError
    assert not OutboxEvent.objects.exists()


def test_a_key_records_once_for_all_time() -> None:
    assert outbox.record(Rang("door"), key="only-once") is not None
    assert outbox.record(Rang("door"), key="only-once") is None
    assert OutboxEvent.objects.count() == 1
    assert OutboxDelivery.objects.count() == 2


def test_recording_is_one_statement_and_writes_what_is_owed(
    django_assert_num_queries,
) -> None:
    with django_assert_num_queries(1):
        sent(Rang("door"))
    event = OutboxEvent.objects.get()
    assert (event.payload["bell"], event.key, event.request_id) == ("door", None, "")
    owed = OutboxDelivery.objects.order_by("pk").values_list("handler", "state", "attempts")
    assert [row[1:] for row in owed] == [("pending", 0)] * 2
    assert outbox.deliver(event.pk) == 2


def test_a_failing_handler_keeps_nothing_and_is_tried_again_alone() -> None:
    Switch.handler_error = ValueError("not today")
    event = sent(Rang("door"))
    outbox.deliver(event.pk)
    assert (rung("heard:door"), rung("heard-too:door")) == (0, 1)
    failed = OutboxDelivery.objects.get(state="pending")
    assert failed.attempts == 1
    assert failed.last_error == "ValueError: not today"

    Switch.handler_error = None
    due_again()
    outbox.deliver_due()
    assert (rung("heard:door"), rung("heard-too:door")) == (1, 1)


def test_a_failure_is_logged_with_the_request_it_came_from(caplog) -> None:
    """And reported with it: only inside is it known whose the work is."""
    Switch.handler_error = ValueError("not today")
    with context.bound(request_id="request-of-the-event"):
        event = sent(Rang("door"))
    outbox.deliver(event.pk)
    (line,) = [row.msg for row in caplog.records if "outbox.failed" in str(row.msg)]
    assert line["request_id"] == "request-of-the-event"


def test_a_hopeless_delivery_dies_and_can_be_brought_back() -> None:
    Switch.handler_error = ValueError("never")
    outbox.record(Rang("door"))
    for _ in range(outbox.MAX_ATTEMPTS):
        due_again()
        outbox.deliver_due()
    dead = OutboxDelivery.objects.filter(state="dead")
    assert dead.count() == 1

    Switch.handler_error = None
    assert outbox.retry(dead) == 1
    outbox.deliver_due()
    assert rung("heard:door") == 1


def test_what_is_settled_is_purged_and_what_is_owed_or_keyed_stays() -> None:
    settled, owed = sent(Rang("door")), sent(Rang("gate"))
    keyed = outbox.record(Rang("bell"), key="once")
    assert keyed
    for event in (settled, keyed):
        outbox.deliver(event.pk)
    OutboxEvent.objects.update(created_at=Now() - timedelta(days=31))
    recent = sent(Rang("new"))
    outbox.deliver(recent.pk)
    assert outbox.purge() == 1
    kept = set(OutboxEvent.objects.values_list("pk", flat=True))
    assert kept == {owed.pk, keyed.pk, recent.pk}
