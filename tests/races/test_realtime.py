"""Numbers that become visible in order, and one row for one thing told."""

import threading

import pytest
from django.db import connection, transaction

from accounts.events import UserRegistered
from realtime.announcements import Told
from realtime.models import Channel, ChannelEvent, MailDelivery, Notification
from realtime.queries import channels as queries
from realtime.services import mail, notifications
from tests.races.parallel import together
from tests.waiting import until
from tutorme.core.ids import uuid7
from tutorme.core.models import Job

pytestmark = pytest.mark.django_db(transaction=True)


def notify(user_id, key: str) -> bool:
    return notifications.notify("welcome", Told(user_id, key, {}))


def unguarded(user_id, key: str) -> None:
    """The control: a number from a sequence is taken at once and seen at commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('control_seq')")
        seq = cursor.fetchone()[0]
    own = Channel.objects.get_or_create(name=f"private-user-{user_id}")[0]
    ChannelEvent.objects.create(channel=own, seq=seq, event="user-updated", payload={"key": key})


def somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock')"
        )
        return bool(cursor.fetchone()[0])


def what_a_reader_gets(user_id, write) -> list[int]:
    """One writer takes its number first and commits last; a reader follows by number."""
    has_number, may_commit = threading.Event(), threading.Event()
    slow_ended, quick_ended = threading.Event(), threading.Event()
    read: list[int] = []

    def slow() -> None:
        with transaction.atomic():
            write(user_id, "slow")
            has_number.set()
            may_commit.wait(timeout=60)
        slow_ended.set()

    def quick() -> None:
        has_number.wait(timeout=60)
        write(user_id, "quick")
        quick_ended.set()

    def look() -> None:
        last = read[-1] if read else 0
        own = f"private-user-{user_id}"
        read.extend(row["seq"] for row in queries.after({own: last}, limit=10))

    def reader() -> None:
        has_number.wait(timeout=60)
        until(lambda: quick_ended.is_set() or somebody_waits_for_a_lock())
        look()
        may_commit.set()
        until(lambda: slow_ended.is_set() and quick_ended.is_set())
        look()

    assert together([slow, quick, reader]) == [None, None, None]
    return read


@pytest.fixture
def sequence():
    with connection.cursor() as cursor:
        cursor.execute("CREATE SEQUENCE control_seq")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP SEQUENCE control_seq")


def test_control_without_the_lock_a_late_commit_is_skipped(sam, sequence) -> None:
    Channel.objects.create(name=f"private-user-{sam.pk}")
    assert what_a_reader_gets(sam.pk, unguarded) == [2]
    assert ChannelEvent.objects.count() == 2


def test_a_late_commit_is_never_skipped(sam) -> None:
    assert what_a_reader_gets(sam.pk, notify) == [1, 2]


def test_parallel_writers_number_without_a_gap(sam, otto) -> None:
    writes = [
        lambda user=user, n=n: notify(user.pk, f"{user.pk}:{n}")
        for n in range(8)
        for user in (sam, otto)
    ]
    assert together(writes) == [True] * 16
    for user in (sam, otto):
        seqs = Notification.objects.filter(user=user).order_by("seq").values_list("seq", flat=True)
        assert list(seqs) == list(range(1, 9))
        assert Channel.objects.get(pk=f"private-user-{user.pk}").last_seq == 8


def test_one_thing_told_by_many_is_told_once(sam) -> None:
    results = together([lambda: notify(sam.pk, "same")] * 8)
    assert sorted(results) == [False] * 7 + [True]
    assert Notification.objects.count() == 1


def test_one_event_announced_by_many_owes_one_mail(sam) -> None:
    together([lambda: notifications.announce(UserRegistered(sam.pk))] * 8)
    counts = (Notification.objects.count(), MailDelivery.objects.count(), Job.objects.count())
    assert counts == (1, 1, 1)


def test_of_many_senders_one_sends(sam, sandbox) -> None:
    mail.owe("welcome", Told(sam.pk, "k", {}))
    row = MailDelivery.objects.get()
    together([lambda: mail.deliver(row.pk)] * 6)
    row.refresh_from_db()
    assert row.attempts == 1
    assert len(sandbox.mails()) == 1


def test_of_many_operators_one_resends(sam, ada) -> None:
    mail.owe("welcome", Told(sam.pk, "k", {}))
    MailDelivery.objects.update(state="failed")
    row = MailDelivery.objects.get()
    results = together([lambda: mail.resend(row=row, actor_id=ada.pk)] * 6)
    assert sum(isinstance(result, Exception) for result in results) == 5
    assert Job.objects.count() == 2
    assert MailDelivery.objects.get().resends == 1


def test_two_people_told_in_either_order_do_not_deadlock(sam, otto) -> None:
    def both(first, second) -> None:
        with transaction.atomic():
            for user in sorted((first, second), key=lambda each: each.pk):
                notify(user.pk, str(uuid7()))

    results = together([lambda: both(sam, otto), lambda: both(otto, sam)] * 4)
    assert results == [None] * 8
