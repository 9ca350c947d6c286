"""What waits for a second person is told to everybody who may be it, and to nobody else."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db.models.functions import Now
from django.test import Client

from accounts import desks
from accounts.models import User
from accounts.services import admin_proposals
from payments.models import PayoutMethod
from payments.services import earnings, payouts, refunds, subscription_refunds
from realtime import announcements
from realtime.models import MailDelivery, Notification
from realtime.services import preferences
from tests import cast
from tests.payments.billing import Subscribe, plus, subscribed  # noqa: F401  fixtures
from tests.payments.books import all_mature, buy, stall
from tutorme.core import outbox
from tutorme.core.models import OutboxEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def fin(db: None) -> User:
    """Whose desk moves money."""
    return seated("Fin", desks.FINANCE)


@pytest.fixture
def bea(db: None) -> User:
    return cast.person("Bea", is_staff=True, is_superuser=True)


@pytest.fixture
def others(db: None) -> list[User]:
    """At every other desk: none of this is theirs."""
    return [seated(desk.title(), desk) for desk in desks.DESKS if desk != desks.FINANCE]


def seated(name: str, desk: str) -> User:
    user = cast.person(name, is_staff=True)
    user.groups.add(Group.objects.get_or_create(name=desk)[0])
    return user


def told(kind: str) -> set[User]:
    return {row.user for row in Notification.objects.filter(kind=kind).select_related("user")}


def mailed(kind: str) -> set[User | None]:
    return {row.user for row in MailDelivery.objects.filter(kind=kind).select_related("user")}


def opens(user: User, kind: str, *words: str) -> None:
    """What it says, and that its link shows the row where its actions are."""
    row = Notification.objects.get(user=user, kind=kind)
    said = announcements.words(kind, row.facts, "en")
    assert all(word in f"{said.title} {said.body}" for word in words), said
    client = Client()
    client.force_login(user)
    page = client.get(row.url)
    assert page.status_code == 200
    assert page.context["cl"].result_count == 1
    assert page.context["action_form"] is not None


def owed(tess: User, sam: User) -> None:
    payouts.set_method(user=tess, email="tess@paypal.test")
    PayoutMethod.objects.update(usable_from=Now() - timedelta(days=1))
    buy(sam, stall.put(tess))
    all_mature()
    earnings.mature()


def test_a_payout_is_told_to_who_may_approve_it(
    sam: User, tess: User, ada: User, fin: User, others: list[User], drain: Callable[[], None]
) -> None:
    owed(tess, sam)
    payouts.request(user=tess, currency="EUR")
    drain()
    assert told("payout-proposed") == mailed("payout-proposed") == {ada, fin}
    opens(fin, "payout-proposed", "€80.00")


def test_never_to_who_asked_for_it_nor_to_who_is_paid(
    sam: User, tess: User, ada: User, fin: User, drain: Callable[[], None]
) -> None:
    User.objects.filter(pk=tess.pk).update(is_staff=True)
    tess.groups.add(Group.objects.get(name=desks.FINANCE))
    owed(tess, sam)
    payouts.collect(actor=ada)
    drain()
    assert told("payout-proposed") == {fin}


def test_what_was_decided_meanwhile_is_not_told(
    sam: User, tess: User, ada: User, fin: User, drain: Callable[[], None]
) -> None:
    owed(tess, sam)
    batch = payouts.request(user=tess, currency="EUR")
    payouts.reject(batch_id=batch.pk, actor=fin, reason="later")
    drain()
    assert told("payout-proposed") == set()


def test_a_refund_above_the_limit_is_told_once_and_one_below_to_nobody(
    sam: User,
    tess: User,
    ada: User,
    fin: User,
    others: list[User],
    drain: Callable[[], None],
    settings,
) -> None:
    refunds.refund(
        order=buy(sam, stall.put(tess)), amount=None, note="x", actor=fin, as_credit=True
    )
    settings.REFUND_LIMIT_MINOR = 100
    refunds.refund(
        order=buy(sam, stall.put(tess)), amount=None, note="x", actor=fin, as_credit=True
    )
    drain()
    for row in OutboxEvent.objects.filter(name="refund.proposed"):
        outbox.record(announcements.named("refund-proposed").event.from_payload(row.payload))
    drain()
    assert told("refund-proposed") == {ada}
    assert Notification.objects.filter(kind="refund-proposed").count() == 1
    opens(ada, "refund-proposed", "€100.00")


def test_a_refund_of_a_subscription_too(
    subscribed: Subscribe,  # noqa: F811
    ada: User,
    fin: User,
    others: list[User],
    drain: Callable[[], None],
    settings,
) -> None:
    settings.REFUND_LIMIT_MINOR = 100
    period = subscribed().periods.get()
    subscription_refunds.refund(period=period, amount=None, note="x", actor=ada)
    drain()
    assert told("subscription-refund-proposed") == {fin}
    opens(fin, "subscription-refund-proposed", "€9.00", "Plus")


def test_a_new_admin_is_told_to_the_other_superusers_alone(
    sam: User, ada: User, bea: User, fin: User, others: list[User], drain: Callable[[], None]
) -> None:
    admin_proposals.propose(actor=ada, user=sam, reason="Knows the place")
    drain()
    assert told("admin-proposed") == mailed("admin-proposed") == {bea}
    opens(bea, "admin-proposed", ada.display_name, sam.display_name, "Knows the place")


def test_a_proposal_taken_back_at_once_is_told_to_nobody(
    sam: User, ada: User, bea: User, drain: Callable[[], None]
) -> None:
    row = admin_proposals.propose(actor=ada, user=sam, reason="Knows the place")
    admin_proposals.withdraw(actor=ada, proposal_id=row.pk, reason="The wrong Sam")
    drain()
    assert told("admin-proposed") == set()


def test_who_wants_no_mails_of_it_reads_it_in_the_page(
    sam: User, ada: User, bea: User, drain: Callable[[], None]
) -> None:
    preferences.decide(user=bea, kind="admin-proposed", changes={"by_mail": False})
    admin_proposals.propose(actor=ada, user=sam, reason="Knows the place")
    drain()
    assert told("admin-proposed") == {bea}
    assert mailed("admin-proposed") == set()
