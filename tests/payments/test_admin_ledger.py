"""The ledger in the admin: taken out as a file, proved on request, by whoever may see it."""

import csv
import io

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from accounts import desks
from accounts.models import User
from payments.models import LedgerAccount, LedgerEntry, LedgerTransaction
from payments.services import ledger
from tests import cast
from tests.payments.books import buy, stall
from tutorme.core.models import AuditEntry, Job

pytestmark = pytest.mark.django_db
LIST = "admin:payments_ledgertransaction_changelist"
EXPORT = "admin:payments_ledger_export"
CHECK = "admin:payments_ledger_check"


@pytest.fixture
def money(client: Client) -> Client:
    """Somebody of the finance desk, who sees the books and may not touch them."""
    person = cast.person("Fina", is_staff=True)
    person.groups.add(Group.objects.create(name=desks.FINANCE))
    client.force_login(person)
    return client


def rows_of(answer) -> list[dict[str, str]]:
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == 'attachment; filename="ledger.csv"'
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def test_what_the_list_shows_is_taken_out(money: Client, sam: User, tess: User) -> None:
    order = buy(sam, stall.put(tess))
    ledger.post(
        kind="probe",
        reference="=1+1",
        currency="EUR",
        memo="=cmd()",
        lines=[
            ledger.Line(LedgerAccount.Kind.PROMOTIONS, -100),
            ledger.Line(LedgerAccount.Kind.CREDITS, 100, sam.pk),
        ],
    )
    assert reverse(EXPORT) in money.get(reverse(LIST)).text
    rows = rows_of(money.post(reverse(EXPORT)))
    assert len(rows) == LedgerEntry.objects.count()
    assert sum(float(row["Amount"]) for row in rows) == 0
    sales = [row for row in rows if row["Kind"] == "sale"]
    assert {row["Order"] for row in sales} == {str(order.pk)}
    chosen = rows_of(money.post(reverse(EXPORT) + "?kind__exact=probe"))
    lines = {(row["Account"], row["Amount"]) for row in chosen}
    assert lines == {("promotions", "-1.00"), ("credits", "1.00")}
    assert {row["Memo"] for row in chosen} == {"'=cmd()"}, "no cell is a formula"
    taken = AuditEntry.objects.filter(action="ledger.exported").order_by("pk")
    assert [(row.after or {}).get("asked") for row in taken] == ["", "kind__exact=probe"]


@pytest.mark.parametrize("address", [EXPORT, CHECK])
def test_the_control_who_does_not_see_the_books_gets_nothing(
    client: Client, sam: User, address: str
) -> None:
    helper = cast.person("Supporter", is_staff=True)
    helper.groups.add(Group.objects.create(name=desks.SUPPORT))
    client.force_login(helper)
    assert client.post(reverse(address)).status_code == 403
    client.force_login(sam)
    assert client.post(reverse(address)).status_code == 302
    assert not AuditEntry.objects.filter(action="ledger.exported").exists()
    assert not Job.objects.filter(kind="payments.check_ledger").exists()


def test_looking_takes_nothing_out(money: Client) -> None:
    assert money.get(reverse(EXPORT)).status_code == 405


def test_the_books_are_proved_on_request(money: Client, sam: User, tess: User, drain) -> None:
    buy(sam, stall.put(tess))
    for _ in range(2):
        assert "are being proved" in money.post(reverse(CHECK), follow=True).text
    assert Job.objects.filter(kind="payments.check_ledger").count() == 1
    drain()
    assert f"{LedgerTransaction.objects.count()} transaction" in money.get(reverse(LIST)).text
    assert "add" in money.get(reverse(LIST)).text
    LedgerAccount.objects.filter(kind="platform_fee").update(balance_minor=1)
    money.post(reverse(CHECK))
    drain()
    page = money.get(reverse(LIST)).text
    assert "the books do not add up" in page
    assert "says 1, its entries" in page
