"""The books: what is posted, what the database refuses, what the check finds."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from payments.errors import BalanceTooLow
from payments.models import (
    LedgerAccount,
    LedgerEntry,
    LedgerSeal,
    LedgerTransaction,
    LedgerUnsealed,
    Order,
)
from payments.services import catching_up, ledger, ledger_check
from payments.services.ledger import Kind, Line
from tests.payments.books import Tampering, buy, prove, stall, sum_of
from tests.payments.conftest import bare_order

pytestmark = pytest.mark.django_db


def gift(owner, minor: int = 500, reference: str = "1") -> bool:
    lines = [Line(Kind.PROMOTIONS, -minor), Line(Kind.TUTOR_AVAILABLE, minor, owner.pk)]
    return ledger.post(kind="probe", reference=reference, currency="EUR", lines=lines)


def test_a_sale_is_shared_out(sam, tess) -> None:
    buy(sam, stall.put(tess, "100.00"), fee=345)
    assert sum_of("student_cash") == -10000
    assert sum_of("tutor_pending", tess) == 8000
    assert sum_of("platform_fee") == 2000 - 345
    assert sum_of("processor_fee") == 345
    prove()


def test_tax_is_kept_apart_and_commission_is_of_the_rest(sam, tess, settings) -> None:
    settings.TAX_PER_MILLE = 200
    order = buy(sam, stall.put(tess, "120.00"))
    assert (order.tax_minor, sum_of("tax")) == (2000, 2000)
    assert sum_of("tutor_pending", tess) == 8000
    assert sum_of("platform_fee") == 2000
    prove()


def test_posting_again_does_nothing(tess) -> None:
    assert gift(tess) is True
    assert gift(tess) is False
    assert sum_of("tutor_available", tess) == 500
    assert LedgerTransaction.objects.count() == 1


def test_accounts_that_must_not_owe_do_not(sam) -> None:
    lines = [Line(Kind.CREDITS, -1, sam.pk), Line(Kind.PROMOTIONS, 1)]
    with pytest.raises(BalanceTooLow), transaction.atomic():
        ledger.post(kind="probe", reference="1", currency="EUR", lines=lines)
    assert LedgerTransaction.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_what_does_not_balance(tess) -> None:
    account = LedgerAccount.objects.create(kind="tax", currency="EUR")
    with pytest.raises(IntegrityError, match="does not balance"), transaction.atomic():
        row = LedgerTransaction.objects.create(kind="x", reference="1", currency="EUR")
        LedgerEntry.objects.create(transaction=row, account=account, amount_minor=5)
    with pytest.raises(IntegrityError, match="does not balance"), transaction.atomic():
        LedgerTransaction.objects.create(kind="x", reference="2", currency="EUR")


def test_the_database_refuses_another_currency_and_a_sealed_transaction(tess) -> None:
    gift(tess)
    row = LedgerTransaction.objects.get()
    dollars = LedgerAccount.objects.create(kind="tax", currency="USD")
    with pytest.raises(IntegrityError, match="another currency"), transaction.atomic():
        LedgerEntry.objects.create(transaction=row, account=dollars, amount_minor=5)
    ledger.seal()
    with pytest.raises(IntegrityError, match="is sealed"), transaction.atomic():
        euros = LedgerAccount.objects.get(kind="tutor_available")
        LedgerEntry.objects.create(transaction=row, account=euros, amount_minor=5)


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (LedgerTransaction, {"memo": "x"}),
        (LedgerEntry, {"amount_minor": 1}),
        (LedgerSeal, {"previous": "x"}),
    ],
)
def test_what_is_written_stays(tess, model, change) -> None:
    gift(tess)
    ledger.seal()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        model.objects.update(**change)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        model.objects.all()._raw_delete("default")


def test_an_account_does_not_change_hands(tess, sam) -> None:
    gift(tess)
    with pytest.raises(IntegrityError, match="change hands"), transaction.atomic():
        LedgerAccount.objects.filter(owner=tess).update(owner=sam)


def test_the_chain_is_one_line_and_is_written_once(tess) -> None:
    for number in range(5):
        gift(tess, reference=str(number))
    assert (ledger.seal(limit=2), ledger.seal(limit=2), ledger.seal(), ledger.seal()) == (
        2,
        2,
        1,
        0,
    )
    assert list(LedgerSeal.objects.order_by("pk").values_list("pk", flat=True)) == [1, 2, 3, 4, 5]
    assert LedgerUnsealed.objects.count() == 0
    assert ledger_check.check().ok


TAMPERED = {
    "an amount, on both sides": "UPDATE payments_ledgerentry SET amount_minor = amount_minor * 2",
    "one line": "UPDATE payments_ledgerentry SET amount_minor = amount_minor + 1"
    " WHERE amount_minor > 0",
    "what it was for": "UPDATE payments_ledgertransaction SET reference = 'another'",
    "when": "UPDATE payments_ledgertransaction SET created_at = created_at - interval '1 day'",
}


@pytest.mark.parametrize("what", TAMPERED)
def test_control_tampering_is_found(tess, what) -> None:
    gift(tess)
    prove()
    with Tampering(), connection.cursor() as cursor:
        cursor.execute(TAMPERED[what])
    assert any("chain breaks at 1" in problem for problem in ledger_check.check().problems)


def test_control_a_cut_chain_is_found_by_its_kept_head(tess) -> None:
    gift(tess, reference="1")
    prove()
    gift(tess, reference="2")
    prove()
    head = ledger_check.check().head
    assert ledger_check.check(expected_head=head).ok
    assert ledger_check.check(expected_head=f"2:{'f' * 64}").problems


def test_control_a_wrong_cache_is_found(tess) -> None:
    gift(tess)
    prove()
    LedgerAccount.objects.filter(owner=tess).update(balance_minor=501)
    assert ["says 501" in problem for problem in ledger_check.check().problems] == [True]


def test_control_a_paid_order_outside_the_books_is_found_and_posted(sam, tess) -> None:
    order = bare_order(sam, payee=tess, state="captured")
    assert any(str(order.pk) in problem for problem in ledger_check.check().problems)
    assert (catching_up.post_missing(), catching_up.post_missing()) == (1, 0)
    assert sum_of("tutor_pending", tess) == 2900
    prove()


def test_the_command_says_it_in_words_and_in_json(sam, tess) -> None:
    buy(sam, stall.put(tess))
    out = StringIO()
    call_command("ledger_check", "--json", stdout=out)
    report = json.loads(out.getvalue())
    assert (report["ok"], report["balances"]["EUR"]["student_cash"]) == (True, -10000)
    Order.objects.update(refunded_minor=5)
    with pytest.raises(CommandError):
        call_command("ledger_check", stdout=out)
    assert "PROBLEM" in out.getvalue()
