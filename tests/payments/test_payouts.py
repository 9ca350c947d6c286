"""Payouts: who may, who decides, and what the provider makes of them."""

import json
from contextlib import nullcontext
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from payments import payout_words
from payments.errors import BelowPayoutMinimum, PayoutMethodMissing, SecondPersonNeeded
from payments.gateways import paypal
from payments.models import PayoutBatch, PayoutItem, PayoutMethod
from payments.services import earnings, ledger, ledger_check, payouts, sending
from payments.services.ledger import Kind, Line
from sandbox.paypal.state import memory
from tests import cast
from tests.payments.books import all_mature, buy, prove, stall, sum_of
from tests.sandbox_server import Sandbox
from tutorme.core.errors import ProviderUnavailable
from tutorme.core.models import OutboxEvent

pytestmark = pytest.mark.django_db


def earn(tutor: User, buyer: User, amount: str = "100.00", email: str = "") -> None:
    buy(buyer, stall.put(tutor, amount))
    all_mature()
    earnings.mature()
    payouts.set_method(user=tutor, email=email or f"{tutor.username}@paypal.test")


@pytest.fixture
def batch(sam, tess) -> PayoutBatch:
    earn(tess, sam)
    return payouts.request(user=tess, currency="EUR")


def test_asking_takes_it_off_the_balance(batch, tess) -> None:
    assert (sum_of("tutor_available", tess), sum_of("payout_transit", tess)) == (0, 8000)
    with pytest.raises(BelowPayoutMinimum):
        payouts.request(user=tess, currency="EUR")
    prove()


def test_a_changed_address_waits_and_its_owner_is_told(sam, tess) -> None:
    earn(tess, sam)
    payouts.set_method(user=tess, email="other@paypal.test")
    assert OutboxEvent.objects.filter(name="payout.redirected").count() == 2
    with pytest.raises(PayoutMethodMissing):
        payouts.request(user=tess, currency="EUR")
    PayoutMethod.objects.update(usable_from=timezone.now())
    assert payouts.request(user=tess, currency="EUR").items.get().email == "other@paypal.test"


def test_approved_by_another_than_who_asked_and_who_is_paid(batch, tess, ada) -> None:
    tess.is_staff = True
    with pytest.raises(SecondPersonNeeded):
        payouts.approve(batch_id=batch.pk, actor=tess)
    assert payouts.approve(batch_id=batch.pk, actor=ada).state == "approved"
    collected = PayoutBatch.objects.create(currency="EUR", total_minor=1, requested_by=ada)
    with pytest.raises(SecondPersonNeeded):
        payouts.approve(batch_id=collected.pk, actor=ada)


def test_above_the_limit_two_people(batch, ada, settings) -> None:
    settings.PAYOUT_TWO_PERSON_MINOR = 7999
    assert payouts.approve(batch_id=batch.pk, actor=ada).state == "draft"
    with pytest.raises(SecondPersonNeeded):
        payouts.approve(batch_id=batch.pk, actor=ada)
    second = cast.person("Ben", is_staff=True)
    assert payouts.approve(batch_id=batch.pk, actor=second).state == "approved"


def test_over_the_api_a_tutor_asks_and_an_admin_decides(api, sam, tess, orla, ada) -> None:
    earn(tess, sam)
    key = {"idempotency-key": "1"}
    asked = api(tess).post(
        "/api/v1/payments/payouts/", {"currency": "EUR"}, format="json", headers=key
    )
    assert asked.status_code == 201, asked.content
    assert (asked.status_code, asked.json()["amount"]["amount"]) == (201, "80.00")
    path = f"/api/v1/payments/payout-batches/{asked.json()['batch']}/approve/"
    assert api(tess).post(path, headers=key).status_code == 403
    assert api(ada).post(path, headers=key).json()["state"] == "approved"
    assert api(orla).get("/api/v1/payments/payouts/").json()["results"] == []
    ledger = api(ada).get("/api/v1/payments/ledger/").json()["results"]
    assert all(sum(line["amount"] for line in row["entries"]) == 0 for row in ledger)


def test_paid_with_its_fee(batch, tess, ada, sandbox: Sandbox) -> None:
    payouts.approve(batch_id=batch.pk, actor=ada)
    sending.submit(batch.pk)
    assert sending.follow(batch.pk).state == "processing"
    batch.refresh_from_db()
    item = batch.items.get()
    assert (batch.state, item.state, item.fee_minor) == ("paid", "success", 100)
    assert (sum_of("payout_transit", tess), sum_of("paid_out")) == (0, 8000)
    assert sum_of("processor_fee") == 100
    assert OutboxEvent.objects.filter(name="payout.paid").count() == 1
    sending.follow(batch.pk)
    prove()


@pytest.mark.parametrize(
    ("name", "state", "batch_state", "back"),
    [
        ("failed", "failed", "failed", 8000),
        ("unclaimed", "unclaimed", "processing", 0),
        ("held", "onhold", "processing", 0),
        ("blocked", "blocked", "processing", 0),
    ],
)
def test_how_an_item_may_stand(
    sam, tess, ada, sandbox: Sandbox, name, state, batch_state, back
) -> None:
    earn(tess, sam, email=f"{name}@paypal.test")
    batch = payouts.request(user=tess, currency="EUR")
    payouts.approve(batch_id=batch.pk, actor=ada)
    sending.submit(batch.pk)
    for _ in range(2):
        sending.follow(batch.pk)
    batch.refresh_from_db()
    assert (batch.items.get().state, batch.state) == (state, batch_state)
    assert sum_of("tutor_available", tess) == back
    prove()


def test_unclaimed_money_that_returns_is_on_the_balance_once(
    sam, tess, ada, sandbox: Sandbox
) -> None:
    earn(tess, sam, email="unclaimed@paypal.test")
    batch = payouts.request(user=tess, currency="EUR")
    payouts.approve(batch_id=batch.pk, actor=ada)
    sending.submit(batch.pk)
    sending.follow(batch.pk)
    item = batch.items.get()
    sandbox.http.post(
        f"{sandbox.url}/paypal/_payout/{item.provider_item_id}", json={"status": "RETURNED"}
    ).raise_for_status()
    for _ in range(3):
        sending.follow(batch.pk)
    item.refresh_from_db()
    assert (item.state, sum_of("tutor_available", tess)) == ("returned", 8000)
    assert OutboxEvent.objects.filter(name="payout.failed").count() == 1
    prove()


def test_one_lost_and_one_paid(sam, tess, orla, ada, sandbox: Sandbox) -> None:
    earn(tess, sam)
    earn(orla, sam, email="failed@paypal.test")
    (batch,) = payouts.collect(actor=None)
    payouts.approve(batch_id=batch.pk, actor=ada)
    sending.submit(batch.pk)
    sending.follow(batch.pk)
    batch.refresh_from_db()
    assert batch.state == "partially_failed"
    assert (sum_of("tutor_available", tess), sum_of("tutor_available", orla)) == (0, 8000)
    prove()


# Dying between the three steps --------------------------------------------------------------------


def approved(batch: PayoutBatch, ada: User) -> PayoutBatch:
    payouts.approve(batch_id=batch.pk, actor=ada)
    batch.refresh_from_db()
    return batch


def test_dead_after_the_intent_the_sweep_sends_it(batch, ada, sandbox: Sandbox) -> None:
    sending._intend(approved(batch, ada))
    sending.follow_open()
    assert len(memory.payouts) == 1
    sending.follow_open(only_due=False)
    batch.refresh_from_db()
    assert batch.state == "paid"
    prove()


def test_dead_after_the_call_the_sweep_finds_the_first(batch, ada, sandbox: Sandbox) -> None:
    """The provider has it, nobody here knows its number: telling again finds the same."""
    sandbox.fault("payout", "lost-reply", times=3)
    with pytest.raises(ProviderUnavailable):
        sending.submit(approved(batch, ada).pk)
    sending.follow_open()
    sending.follow_open(only_due=False)
    batch.refresh_from_db()
    assert (batch.state, len(memory.payouts)) == ("paid", 1)
    prove()


def test_an_answer_that_comes_late_or_twice_changes_nothing(batch, ada, sandbox: Sandbox) -> None:
    """Whoever called first hears its answer when others have followed the batch to its end."""
    sending._intend(approved(batch, ada))
    gateway, lines = paypal.gateway(), sending._lines(batch)
    first = gateway.create_payout(reference=str(batch.pk), lines=lines, subject="Your earnings")
    older = gateway.payout(first.id)
    item = batch.items.get()
    sending.follow_open(only_due=False)
    sending.follow_open(only_due=False)
    path = f"{sandbox.url}/paypal/_payout/{older.items[0].id}"
    sandbox.http.post(path, json={"status": "RETURNED"}).raise_for_status()
    sending.follow(batch.pk)
    for answer in (first, older, first, older):
        sending._apply(batch.pk, answer)
    item.refresh_from_db()
    batch.refresh_from_db()
    assert (item.state, batch.state, len(memory.payouts)) == ("returned", "failed", 1)
    names = OutboxEvent.objects.filter(name__startswith="payout.").values_list("name", flat=True)
    ended = {"payout.failed", "payout.paid"}
    assert sorted(name for name in names if name in ended) == ["payout.failed", "payout.paid"]
    prove()


def test_after_thirty_days_it_is_never_told_again(batch, ada, sandbox: Sandbox) -> None:
    sending._intend(approved(batch, ada))
    old = timezone.now() - timedelta(days=31)
    PayoutBatch.objects.update(submitted_at=old)
    sending.follow_open(only_due=False)
    batch.refresh_from_db()
    assert (batch.state, memory.payouts) == ("submitted", {})
    assert "nobody knows" in batch.note


def test_control_another_name_for_the_batch_pays_twice(batch, ada, sandbox: Sandbox) -> None:
    """What the batch's own id as sender_batch_id guards against."""
    sending.submit(approved(batch, ada).pk)
    PayoutItem.objects.update(state="queued")
    lines = sending._lines(batch)
    paypal.gateway().create_payout(reference="another", lines=lines, subject="x")
    assert len(memory.payouts) == 2


def test_the_command_says_and_does(sam, tess, ada, sandbox: Sandbox) -> None:
    earn(tess, sam)
    out = StringIO()
    call_command("run_payouts", "--dry-run", "--json", stdout=out)
    assert json.loads(out.getvalue())["owed"][0]["amount"] == "80.00"
    assert not PayoutBatch.objects.exists()
    call_command("run_payouts", stdout=out)
    assert PayoutBatch.objects.get().state == "draft"
    approved(PayoutBatch.objects.get(), ada)
    call_command("run_payouts", stdout=out)
    assert PayoutBatch.objects.get().state == "processing"


def test_debts_are_netted(sam, otto, tess, ada) -> None:
    """What went back after it was paid out is taken off before the next."""

    lines = [Line(Kind.TUTOR_AVAILABLE, -3000, tess.pk), Line(Kind.PROMOTIONS, 3000)]
    ledger.post(kind="probe", reference="1", currency="EUR", lines=lines)
    earn(tess, sam)
    assert [row.amount.minor for row in payouts.owed()] == [5000]


def test_a_payout_that_failed_says_why_in_words(
    client: Client, sam, tess, ada, sandbox: Sandbox, drain
) -> None:
    """PayPal's code stays where those who work with it look."""
    earn(tess, sam, email="failed@paypal.test")
    batch = approved(payouts.request(user=tess, currency="EUR"), ada)
    sending.submit(batch.pk)
    sending.follow(batch.pk)
    drain()
    item = batch.items.get()
    assert item.failure == "RECEIVER_ACCOUNT_LOCKED"
    client.force_login(tess)
    page = client.get(reverse("teach-payouts")).text
    assert "locked or not active" in page
    assert item.failure not in page
    told = [mail["text"] for mail in sandbox.mails(tess.email) if "came back" in mail["subject"]]
    assert len(told) == 1
    assert "locked or not active" in told[0]
    client.force_login(ada)
    assert item.failure in client.get(f"/admin/payments/payoutbatch/{batch.pk}/change/").text


def test_the_control_a_code_nobody_put_into_words_sends_to_paypal() -> None:
    assert "Ask PayPal" in str(payout_words.why("SOMETHING_NEW"))
    assert "SOMETHING_NEW" not in str(payout_words.why("SOMETHING_NEW"))


@pytest.mark.parametrize("name", ["run_payouts", "reconcile"])
def test_what_could_not_be_asked_ends_with_one(monkeypatch, sam, name: str) -> None:
    """A schedule that mails what fails would else never hear of it."""
    for unreachable in (0, 1):
        told = {"moved": 0, "unreachable": unreachable}
        monkeypatch.setattr(sending, "follow_open", lambda told=told, **_named: told)
        with pytest.raises(CommandError, match="asked") if unreachable else nullcontext():
            call_command(name, stdout=StringIO())


def test_reconcile_is_not_done_where_the_books_are_wrong(monkeypatch, sam) -> None:
    monkeypatch.setattr(ledger_check, "wrong_in_the_books", lambda: iter(["one"]))
    with pytest.raises(CommandError, match="ledger_check"):
        call_command("reconcile", stdout=StringIO())
