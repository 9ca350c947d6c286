"""The books as pages: every flow with forms and links alone."""

import csv
from io import BytesIO, StringIO
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from payments.models import (
    BillingDetails,
    Coupon,
    CreditPack,
    Document,
    Package,
    PackageOffer,
    PayoutBatch,
    PayoutMethod,
)
from payments.services import credits, earnings, payouts
from tests.cast import PASSWORD
from tests.payments.books import all_mature, buy, prove, stall, sum_of
from tests.sandbox_server import Sandbox
from tutorme.core.money import Money

pytestmark = pytest.mark.django_db


@pytest.fixture
def page():
    def opened(user) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return opened


def test_checkout_with_coupon_and_credit(page, sam, tess, ada, sandbox: Sandbox) -> None:
    terms = {"code": "SAVE20", "per_mille": 200}
    Coupon.objects.create(**terms)
    credits.grant(owner=sam, amount=Money(3000, "EUR"), reason="a gift", actor=ada, key="1")
    path = reverse("payments-checkout", args=["stall", stall.put(tess)])
    shown = page(sam).get(path, {"coupon": "save20", "credit": "on"}).content.decode()
    assert "Pay €50.00 with PayPal" in shown
    answer = page(sam).post(path, {"coupon": "SAVE20", "credit": "on"})
    assert answer.status_code == 302
    order = sam.orders.get()
    assert (order.amount_minor, order.discount_minor, order.credit_minor) == (5000, 2000, 3000)


def test_a_wrong_coupon_is_told_beside_its_field(page, sam, tess, sandbox: Sandbox) -> None:
    path = reverse("payments-checkout", args=["stall", stall.put(tess)])
    shown = page(sam).get(path, {"coupon": "NOPE"})
    assert (shown.status_code, "Check the code" in shown.content.decode()) == (200, True)
    assert page(sam).post(path, {"coupon": "NOPE"}).status_code == 422


def test_a_receipt_is_printed_and_stays(page, sam, tess, media, drain) -> None:
    BillingDetails.objects.create(user=sam, name="Adeyemi & Sons", country="NG")
    order = buy(sam, stall.put(tess))
    path = reverse("payments-receipt", args=[order.pk])
    assert "being printed" in page(sam).get(path).content.decode()
    drain()
    row = Document.objects.get()
    assert row.label in page(sam).get(path).content.decode()
    paper = page(sam).get(reverse("payments-paper", args=[order.pk, row.pk]))
    assert paper["Content-Type"] == "application/pdf"
    text = PdfReader(BytesIO(paper.getvalue())).pages[0].extract_text()
    assert row.label in text
    assert "Adeyemi & Sons" in text
    assert "€100.00" in text
    assert page(tess).get(path).status_code == 404


def test_giving_back_shows_what_comes_back_and_makes_a_credit_note(
    page, sam, tess, media, drain
) -> None:
    order = buy(sam, stall.put(tess, back=500))
    path = reverse("payments-refund", args=[order.pk])
    assert "Give it back for €50.00" in page(sam).get(path).content.decode()
    page(sam).post(path, {"reason": "not for me", "as_credit": "on"})
    assert sum_of("credits", sam) == 5000
    drain()
    kinds = Document.objects.order_by("pk").values_list("kind", "number")
    assert list(kinds) == [("receipt", 1), ("credit_note", 1)]
    assert page(tess).get(path).status_code == 404
    prove()


def test_credit_is_seen_and_bought(page, sam, sandbox: Sandbox) -> None:
    pack = CreditPack.objects.create(amount_minor=5000, price_minor=5000, currency="EUR")
    assert "Add credit" in page(sam).get(reverse("payments-credit")).content.decode()
    path = reverse("payments-checkout", args=["credit", pack.pk])
    assert page(sam).post(path).status_code == 302
    buy(sam, pack.pk, kind="credit")
    assert "€50.00" in page(sam).get(reverse("payments-credit")).content.decode()


def test_earnings_statement_and_csv(page, sam, tess, media, drain) -> None:
    buy(sam, stall.put(tess, description="=cmd()"))
    shown = page(tess).get(reverse("teach-earnings")).content.decode()
    assert "€80.00" in shown
    assert "As a table" in shown
    month = f"{tess.earnings.get().created_at:%Y-%m}"
    where = [month, "EUR"]
    assert "Make a PDF" in page(tess).get(reverse("teach-statement", args=where)).content.decode()
    page(tess).post(reverse("teach-statement-print", args=where))
    drain()
    pdf = page(tess).get(reverse("teach-statement-pdf", args=where))
    assert pdf.getvalue().startswith(b"%PDF")
    file = page(tess).get(reverse("teach-statement-csv", args=where)).getvalue()
    (row,) = csv.DictReader(StringIO(file.decode("utf-8-sig")))
    assert row["What"] == "'=cmd()"
    told = [row[name] for name in ("Currency", "Gross", "Tax", "Commission", "Net")]
    assert told == ["EUR", "100.00", "0.00", "20.00", "80.00"]
    at = timezone.localtime(tess.earnings.get().created_at, ZoneInfo(tess.time_zone))
    assert row["Time"][-6:] == at.isoformat()[-6:], "the seller's own clock"
    assert row["Time"][:10] == f"{at:%Y-%m-%d}"
    for path in ("2026-13", "x", "1999-01"):
        assert page(tess).get(reverse("teach-statement", args=[path, "EUR"])).status_code == 404


def test_a_payout_needs_an_address_that_its_owner_set(page, sam, tess, ada) -> None:
    buy(sam, stall.put(tess))
    all_mature()
    earnings.mature()
    method = reverse("teach-payout-method")
    given = {"email": "Tess@PayPal.test"}
    # Signed in, but not shown to be her a moment ago.
    assert "/confirm/" in page(tess).post(method, given)["Location"]
    assert not PayoutMethod.objects.exists()
    sure = Client()
    sure.post(reverse("account_login"), {"login": tess.email, "password": PASSWORD})
    assert sure.post(method, given).status_code == 302
    assert PayoutMethod.objects.get().email == "tess@paypal.test"
    assert "Pay out €80.00" in page(tess).get(reverse("teach-payouts")).content.decode()
    page(tess).post(reverse("teach-payout-ask"), {"currency": "EUR"})
    assert PayoutBatch.objects.get().total_minor == 8000
    assert "Waits for approval" in page(tess).get(reverse("teach-payouts")).content.decode()
    payouts.reject(batch_id=PayoutBatch.objects.get().pk, actor=ada, reason="a test")
    assert sum_of("tutor_available", tess) == 8000


def test_a_tutor_makes_and_switches_a_coupon(page, tess, orla) -> None:
    path = reverse("teach-coupons")
    given = {"code": "early-bird", "percent": "15", "currency": "EUR"}
    assert page(tess).post(path, given).status_code == 302
    row = Coupon.objects.get()
    assert (row.code, row.per_mille, row.owner) == ("EARLY-BIRD", 150, tess)
    assert page(orla).post(path, given).status_code == 422
    assert page(tess).post(path, {**given, "code": "B", "amount": "5"}).status_code == 422
    switch = reverse("teach-coupon-switch", args=[row.pk])
    assert page(orla).post(switch).status_code == 404
    page(tess).post(switch)
    row.refresh_from_db()
    assert not row.is_active


def test_a_package_is_offered_bought_seen_and_withdrawn(page, sam, tess) -> None:
    path = reverse("teach-packages")
    given = {
        "title": "Ten lessons", "units": 10, "price": "270", "single_price": "30",
        "currency": "EUR", "valid_days": 180,
    }  # fmt: skip
    assert page(tess).post(path, given).status_code == 302
    offer = PackageOffer.objects.get()
    buy(sam, offer.pk, kind="package")
    assert Package.objects.get().units == 10
    assert "10 of 10 left" in page(sam).get(reverse("payments-packages")).content.decode()
    page(tess).post(reverse("teach-package-withdraw", args=[offer.pk]))
    offer.refresh_from_db()
    assert not offer.is_offered
    assert page(tess).post(path, {**given, "price": "0"}).status_code == 422


@pytest.mark.parametrize(
    "name", ["teach-earnings", "teach-payouts", "teach-coupons", "teach-packages"]
)
def test_sellers_pages_are_for_sellers(page, sam, tess, name) -> None:
    assert page(sam).get(reverse(name)).status_code == 404
    assert page(tess).get(reverse(name)).status_code == 200
    assert Client().get(reverse(name)).status_code == 302


def test_billing_details(page, sam) -> None:
    path = reverse("settings-billing")
    assert page(sam).post(path, {"country": "xyz"}).status_code == 422
    page(sam).post(path, {"name": "S. Adeyemi", "country": "ng"})
    row = BillingDetails.objects.get()
    assert (row.name, row.country) == ("S. Adeyemi", "NG")
