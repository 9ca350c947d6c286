"""What is written while somebody signs in and pays: what happened, and nothing that opens a door or
says who pays."""

import json

import pytest
from django.test import Client

from accounts.models import User
from payments.models import Order
from sandbox.paypal import shapes
from tests import cast
from tests.payments.conftest import Buy, Shop
from tests.payments.test_webhooks import deliver
from tests.sandbox_server import Sandbox

pytestmark = pytest.mark.django_db
TOKEN = "/api/v1/auth/token/"


def test_nothing_secret_is_written(
    log_lines, placed: Buy, shop: Shop, sandbox: Sandbox, sam: User, drain, settings
) -> None:
    browser = Client()
    browser.post("/account/login/", {"login": sam.email, "password": cast.PASSWORD})
    given = {"email": sam.email, "password": cast.PASSWORD}
    pair = Client().post(TOKEN, given, "application/json").json()
    bearer = {"Authorization": f"Bearer {pair['access']}"}
    Client().get("/api/v1/users/?token=query-canary", headers=bearer)
    Client().post(f"{TOKEN}refresh/", {"refresh": pair["refresh"]}, "application/json")
    Client().post(f"{TOKEN}refresh/", {"refresh": "x"}, "application/json")
    browser.get("/nowhere/?key=query-canary", headers=bearer)
    approve_url = placed("vanish").approve_url
    deliver(browser, sandbox, "CHECKOUT.ORDER.APPROVED")
    drain()
    assert Order.objects.get().state == "captured"
    # The mail server is a stand-in, and writes down whom it is told to deliver to.
    ours = [line for line in log_lines() if json.loads(line)["logger"] != "mail.log"]
    written = "\n".join(ours)
    assert "/v2/checkout/orders" in written
    assert "security.signed_in" in written
    canaries = {
        *("query-canary", cast.PASSWORD, sam.email, pair["access"], pair["refresh"]),
        *(browser.cookies["sid"].value, settings.PAYPAL["client_secret"], approve_url),
        *(shapes.PAYER_ID, "payer@example.com"),
    }
    assert [word for word in canaries if word in written] == []
