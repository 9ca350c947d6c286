import hashlib
import json

import pytest
from django.db.models.functions import Now

from tests.races.parallel import together
from tutorme.core import inbox
from tutorme.core.models import InboxMessage

seen: list[str] = []
failing: list[Exception] = []


@inbox.processes("test")
def process(message: InboxMessage) -> None:
    seen.append(message.delivery_id)
    if failing:
        raise failing[0]


@pytest.fixture(autouse=True)
def fresh() -> None:
    seen.clear()
    failing.clear()


def store(delivery_id: str = "d1", body: bytes = b"{}") -> InboxMessage:
    return inbox.store(
        provider="test", delivery_id=delivery_id, kind="it.happened", body=body, headers={}
    )


@pytest.mark.django_db
def test_stored_once_applied_once_and_repetitions_are_counted() -> None:
    first = store()
    again = store()
    other = store(body=b"forged")
    assert first.pk == again.pk == other.pk
    inbox.process(first.pk)
    inbox.process(first.pk)
    first.refresh_from_db()
    assert (first.state, first.duplicates, first.conflicts, bytes(first.body)) == (
        "applied",
        1,
        1,
        b"{}",
    )
    assert seen == ["d1"]


@pytest.mark.django_db
def test_another_body_under_a_known_number_is_said_and_kept(log_lines) -> None:
    first = store()
    store(body=b"forged")
    (line,) = log_lines()
    told = json.loads(line)
    assert (told["event"], told["level"]) == ("inbox.conflict", "error")
    assert (told["provider"], told["delivery"]) == ("test", "d1")
    assert (told["kept"], told["came"]) == (
        first.body_sha256,
        hashlib.sha256(b"forged").hexdigest(),
    )
    first.refresh_from_db()
    assert (bytes(first.body), first.conflicts) == (b"{}", 1)


@pytest.mark.django_db
def test_not_yet_is_tried_later_and_can_be_retried_by_hand() -> None:
    failing.append(inbox.NotYet("unknown order"))
    message = store()
    inbox.process_due()
    message.refresh_from_db()
    assert (message.state, message.attempts, message.last_error) == (
        "received",
        1,
        "NotYet: unknown order",
    )
    assert inbox.process_due() == 0
    for _ in range(inbox.MAX_ATTEMPTS):
        InboxMessage.objects.update(run_after=Now())
        inbox.process_due()
    message.refresh_from_db()
    assert message.state == "dead"
    failing.clear()
    assert inbox.retry(InboxMessage.objects.all()) == 1
    inbox.process_due()
    message.refresh_from_db()
    assert message.state == "applied"


@pytest.mark.django_db(transaction=True)
def test_fifty_copies_at_once_are_one_row() -> None:
    results = together([store] * 50)
    assert not [result for result in results if isinstance(result, Exception)]
    message = InboxMessage.objects.get()
    assert message.duplicates == 49
