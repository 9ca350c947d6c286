"""Ending a package as its seller meets it: pages, API, PayPal, and what the buyer hears."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.models import User
from payments.gateways.base import ProviderRefund
from payments.models import Order, Package, PackageOffer, Refund
from payments.services import orders, package_endings, packages, refunds
from realtime.announcements import words
from realtime.models import Notification
from sandbox.paypal.state import memory
from tests.payments.books import prove, sum_of
from tests.payments.test_package_endings import sold, take
from tests.sandbox_server import Sandbox
from tutorme.core import personal

pytestmark = pytest.mark.django_db
API = "/api/v1/payments/sold-packages/"
Page = Callable[[User], Client]


@pytest.fixture
def page() -> Page:
    def opened(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return opened


def way(package: Package) -> str:
    return reverse("teach-package-end", args=[package.pk])


# Pages ------------------------------------------------------------------------------------------


def test_the_seller_sees_what_was_sold_and_ends_one(
    page: Page, sam: User, tess: User, drain, mails, query_budget
) -> None:
    package = sold(sam, tess, 9000)
    take(package, "given")
    take(package, "booked", deliver=False)
    desk = page(tess)
    with query_budget("sold_packages"):
        shown = desk.get(reverse("teach-packages-sold")).content.decode()
    assert "2 of 3 used or booked" in shown
    assert way(package) in shown
    with query_budget("end_package"):
        shown = desk.get(way(package)).content.decode()
    assert "End it and give back €30.00" in shown
    assert "1 lesson stays booked" in shown
    assert page(tess).post(way(package), {"reason": " "}).status_code == 422
    assert page(tess).post(way(package), {"reason": "x" * 301}).status_code == 422
    assert not Refund.objects.exists()
    answer = page(tess).post(way(package), {"reason": "I am <b>moving</b>."}, follow=True)
    told = answer.content.decode()
    assert "The package is ended. €30.00 goes back to Sam." in told
    assert ("ended by you" in told, "&lt;b&gt;moving" in told, way(package) in told) == (
        True, True, False,
    )  # fmt: skip
    order_page = reverse("payments-order", args=[package.order_id])
    for path in (order_page, reverse("payments-packages")):
        assert "I am &lt;b&gt;moving&lt;/b&gt;." in page(sam).get(path).content.decode()
    drain()
    news = Notification.objects.get(user=sam, kind="package-ended")
    said = words(news.kind, news.facts, "en")
    assert said.title == "Tess ended a package: Some lessons"
    assert "Lessons that were not used yet: 1." in said.body
    assert ("€30.00" in said.body, "moving" in said.body) == (True, False)
    assert any("ended a package" in mail["subject"] for mail in mails())
    assert not Notification.objects.filter(user=tess, kind="package-ended").exists()


@pytest.fixture
def mails(sandbox: Sandbox) -> Callable[[], Any]:
    return sandbox.mails


def test_nobody_else_sees_or_ends_it(
    page: Page, api, sam: User, tess: User, orla: User, otto: User, ada: User
) -> None:
    package = sold(sam, tess)
    for person in (sam, otto, orla, ada):
        assert page(person).get(way(package)).status_code == 404
        assert page(person).post(way(package), {"reason": "x"}).status_code == 404
    assert Client().get(way(package)).status_code == 302
    assert "Some lessons" not in page(orla).get(reverse("teach-packages-sold")).content.decode()
    for person in (sam, orla, otto):
        for answer in (
            api(person).get(f"{API}{package.pk}/end-preview/"),
            ended(api(person), package),
        ):
            assert answer.status_code in {403, 404}
    assert api(orla).get(API).json()["results"] == []
    package.refresh_from_db()
    assert package.state == "active"


def test_what_cannot_be_ended_says_why(page: Page, sam: User, tess: User) -> None:
    package = sold(sam, tess)
    Refund.objects.create(order=package.order, amount_minor=500, state="proposed")
    shown = page(tess).get(way(package)).content.decode()
    assert "A refund or a complaint about it is open" in shown
    assert '<form method="post" class="form"' not in shown
    answer = page(tess).post(way(package), {"reason": "x"}, follow=True)
    assert "A refund or a complaint about it is open" in answer.content.decode()
    Refund.objects.all().delete()
    Package.objects.update(state="ended")
    assert "This package is over" in page(tess).get(way(package)).content.decode()


def test_an_empty_list_leads_to_what_is_offered(page: Page, tess: User) -> None:
    shown = page(tess).get(reverse("teach-packages-sold")).content.decode()
    assert "None sold yet" in shown


# The API ----------------------------------------------------------------------------------------


def ended(client: Any, package: Package, key: str = "", **body: str) -> Any:
    return client.post(
        f"{API}{package.pk}/end/",
        {"reason": "I am moving.", **body},
        format="json",
        headers={"idempotency-key": key or str(uuid4())},
    )


def test_over_the_api(api, sam: User, tess: User, query_budget) -> None:
    package = sold(sam, tess, 9000)
    take(package, "1")
    with query_budget("api_sold_packages"):
        row = api(tess).get(API).json()["results"][0]
    assert (row["buyer"], row["left"], row["state"], row["ended_at"]) == (
        str(sam.pk), 2, "active", None,
    )  # fmt: skip
    told = api(tess).get(f"{API}{package.pk}/end-preview/").json()
    assert (told["amount"]["amount"], told["kept"]["amount"], told["refusal"]) == (
        "60.00", "30.00", None,
    )  # fmt: skip
    assert ended(api(tess), package, reason="").status_code == 400
    key = str(uuid4())
    first, again = (ended(api(tess), package, key) for _ in range(2))
    assert (first.status_code, first.json()) == (200, again.json())
    assert (first.json()["state"], first.json()["end_reason"]) == ("ended", "I am moving.")
    assert Refund.objects.count() == 1
    refused = ended(api(tess), package)
    assert (refused.status_code, refused.json()["code"]) == (409, "package-over")
    told = api(tess).get(f"{API}{package.pk}/end-preview/").json()
    assert told["refusal"] == "package-over"
    bought = api(sam).get("/api/v1/payments/packages/").json()["results"][0]
    assert (bought["is_ended_by_seller"], bought["end_reason"]) == (True, "I am moving.")
    without = api(tess).post(f"{API}{package.pk}/end/", {"reason": "x"}, format="json")
    assert without.status_code == 400


# PayPal -----------------------------------------------------------------------------------------


@pytest.fixture
def paid(sandbox: Sandbox, sam: User, tess: User) -> Package:
    """Paid at PayPal: three lessons for 90 EUR, one of them given."""
    offer = PackageOffer.objects.create(
        seller=tess, title="Some lessons", units=3, price_minor=9000, single_price_minor=4000,
        currency="EUR",
    )  # fmt: skip
    order = orders.place_order(buyer=sam, kind="package", target_id=offer.pk)
    sandbox.approve(order.approve_url, "approve")
    orders.settle(order.pk)
    package = Package.objects.get()
    take(package, "given")
    return package


def given_back(package: Package) -> list[str]:
    found = memory.capture_of(str(package.order.provider_capture_id))
    assert found is not None
    return [str(row.value) for row in found[1].refunds]


def end(package: Package, tess: User) -> Refund:
    package_endings.end(package_id=package.pk, seller=tess, reason="I am moving.")
    return Refund.objects.get(state="requested")


def test_the_money_goes_back_where_it_came_from(paid: Package, tess: User, drain) -> None:
    row = end(paid, tess)
    drain()
    row.refresh_from_db()
    assert (row.state, row.origin, given_back(paid)) == ("completed", "seller", ["60.00"])
    assert Order.objects.get().state == "partially_refunded"
    assert (sum_of("escrow", tess), sum_of("tutor_pending", tess)) == (0, 2400)
    prove()


@pytest.mark.parametrize("kind", ["500-after", "lost-reply", "500-before"])
def test_one_nobody_heard_of_is_found_again(
    paid: Package, tess: User, sandbox: Sandbox, drain, kind: str
) -> None:
    row = end(paid, tess)
    sandbox.fault("refund", kind, times=3)
    drain()
    row.refresh_from_db()
    assert row.state == "requested"
    call_command("reconcile")
    call_command("reconcile")
    drain()
    row.refresh_from_db()
    assert (row.state, given_back(paid)) == ("completed", ["60.00"])
    prove()


def test_one_that_is_refused_lets_the_package_go_on_and_is_tried_again(
    paid: Package, page: Page, api, sam: User, tess: User, ada: User, sandbox: Sandbox, drain
) -> None:
    sandbox.fault("refund", "refuse", issue="REFUND_TIME_LIMIT_EXCEEDED")
    row = end(paid, tess)
    drain()
    row.refresh_from_db()
    paid.refresh_from_db()
    assert (row.state, row.failure) == ("failed", "REFUND_TIME_LIMIT_EXCEEDED")
    assert (paid.state, paid.ended_by, paid.left) == ("active", None, 2)
    assert (
        "the payment provider turned the refund down" in page(tess).get(way(paid)).content.decode()
    )
    assert packages.usable(buyer_id=sam.pk, seller_id=tess.pk, kind="booking").exists()
    listed = page(ada).get(reverse("admin:payments_refund_changelist"), {"state__exact": "failed"})
    assert "60" in listed.content.decode()
    again = end(paid, tess)
    drain()
    again.refresh_from_db()
    assert (again.state, given_back(paid)) == ("completed", ["60.00"])
    assert Notification.objects.filter(user=sam, kind="package-ended").count() == 2
    prove()


@pytest.mark.parametrize("status", ["FAILED", "CANCELLED"])
def test_one_that_fails_after_it_was_taken_up(
    paid: Package, sam: User, tess: User, status: str
) -> None:
    row = end(paid, tess)

    def says(status: str) -> None:
        truth = ProviderRefund("R-1", status, row.amount, str(row.pk))
        refunds.apply_truth(row.order_id, truth, refund_id=row.pk)

    says("PENDING")
    paid.refresh_from_db()
    assert paid.state == "ended"
    says(status)
    paid.refresh_from_db()
    assert (paid.state, Refund.objects.get().state) == ("active", "failed")
    prove()


def test_a_booked_lesson_that_is_called_off_comes_back_from_paypal(
    paid: Package, tess: User, drain
) -> None:
    take(paid, "booked", deliver=False)
    end(paid, tess)
    drain()
    packages.return_unit("booking:booked")
    drain()
    assert given_back(paid) == ["30.00", "30.00"]
    assert (sum_of("escrow", tess), sum_of("tutor_pending", tess)) == (0, 2400)
    prove()


# The people's data ------------------------------------------------------------------------------


def test_the_reason_is_the_sellers_to_take_along_and_goes_with_either(
    sam: User, tess: User, orla: User
) -> None:
    package = sold(sam, tess)
    package_endings.end(package_id=package.pk, seller=tess, reason="Sam is too loud.")
    rows = [row for row in personal.tables() if row.model is Package]
    exported = {row.owner for row in rows if row.is_exported and row.rows(tess.pk).exists()}
    assert exported == {"ended_by_id"}
    assert all(
        isinstance(row.on_erasure, personal.Blank) and "end_reason" in row.on_erasure.values
        for row in rows
    )
    assert not any(row.rows(orla.pk).exists() for row in rows)


def test_staff_see_who_ended_it_and_why(page: Page, sam: User, tess: User, ada: User) -> None:
    package = sold(sam, tess)
    package_endings.end(package_id=package.pk, seller=tess, reason="I am moving.")
    for path in (
        reverse("admin:payments_package_changelist"),
        reverse("admin:payments_package_change", args=[package.pk]),
    ):
        assert "I am moving." in page(ada).get(path).content.decode()
