"""What moves money asks who is there: in the admin it leads to the page that asks and from there on
into what was begun, by form posts alone; over the API it says where to show it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import F
from django.test import Client
from django.urls import reverse

from accounts.models import AuthSession, User
from payments.models import CreditLot, Order, PayoutBatch, Refund
from payments.services import orders, payouts
from tests import cast
from tests.accounts.conftest import second_factor  # noqa: F401  fixture
from tests.accounts.test_admin_door import pause, sign_in
from tests.payments.conftest import Buy
from tests.payments.test_payouts import earn
from tests.sandbox_server import Sandbox

pytestmark = pytest.mark.django_db
CONFIRM = "/account/confirm/"
# An action of the admin that moves money, or lets go of it.
MONEY = {
    "order": {"accept", "refund"},
    "refund": {"approve"},
    "subscription": {"resume"},
    "subscriptionperiod": {"refund"},
    "subscriptionrefund": {"approve"},
    "payoutbatch": {"approve"},
    "payoutmethod": {"collect"},
    "earning": {"lift"},
    "dispute": {"let_stand", "give_way"},
}
HARMLESS = {
    "settle", "cancel", "reject", "follow", "sync", "hold", "switch", "withdraw", "delete_selected",
    "mark_disputed",
}  # fmt: skip


@pytest.fixture
def away(ada: User) -> Client:
    """Ada signed in, and did nothing for eleven minutes."""
    client = sign_in(ada)
    pause(client, 11)
    return client


def path_of(model: str) -> str:
    return reverse(f"admin:payments_{model}_changelist")


def test_every_action_is_one_or_the_other() -> None:
    asking: dict[str, set[str]] = {}
    others: set[str] = set()
    for model in apps.get_app_config("payments").get_models():
        screen = admin.site._registry.get(model)
        for given in getattr(screen, "actions", None) or ():
            action = given if callable(given) else getattr(screen, given)
            if getattr(action, "is_confirmed", False):
                asking.setdefault(str(model._meta.model_name), set()).add(action.__name__)
            else:
                others.add(action.__name__)
    assert asking == MONEY
    assert others <= HARMLESS


def test_giving_money_back_goes_on_where_it_was_asked(away: Client, placed: Buy) -> None:
    """Twice: before the page that asks how much, and again when that was left open for long. The
    list it began on is a filtered one."""
    order = orders.settle(placed("approve").pk)
    path = f"{path_of('order')}?state=captured"
    chosen = {"action": "refund", "_selected_action": [str(order.pk)]}
    asked = away.post(path, chosen)
    assert (asked.status_code, asked["Location"][: len(CONFIRM)]) == (302, CONFIRM)
    wrong = away.post(asked["Location"], {"password": "not hers"})
    assert "Give money back" not in wrong.content.decode()
    page = away.post(asked["Location"], {"password": cast.PASSWORD}).content.decode()
    assert "Left to give back" in page
    assert str(order.pk) in page
    pause(away, 11)
    form = {**chosen, "asked": "1", "amount": "4.00", "reason": "a late start"}
    asked = away.post(path_of("order"), form)
    assert asked.status_code == 302
    assert not Refund.objects.exists()
    done = away.post(asked["Location"], {"password": cast.PASSWORD}, follow=True)
    assert "€4.00" in done.content.decode()
    row = Refund.objects.get()
    assert (row.state, row.amount_minor, row.note) == ("completed", 400, "a late start")
    # Opening the page that asks once more repeats nothing.
    away.post(CONFIRM, {"password": cast.PASSWORD})
    assert Refund.objects.count() == 1


def test_a_code_of_the_second_factor_will_do(
    ada: User,
    sam: User,
    tess: User,
    second_factor,  # noqa: F811
    settings,
) -> None:
    settings.ADMIN_SECOND_FACTOR = True
    secret, codes = second_factor(ada)
    earn(tess, sam)
    batch = payouts.request(user=tess, currency="EUR")
    client = sign_in(ada, secret)
    pause(client, 11)
    asked = client.post(
        path_of("payoutbatch"), {"action": "approve", "_selected_action": [str(batch.pk)]}
    )
    batch.refresh_from_db()
    assert (asked.status_code, batch.state) == (302, "draft")
    way = asked["Location"].replace(CONFIRM, f"{CONFIRM}code/")
    client.post(way, {"code": codes[0]}, follow=True)
    batch.refresh_from_db()
    assert batch.state == "approved"


def test_credit_is_given_after_the_answer(away: Client, sam: User) -> None:
    path = reverse("admin:payments_creditlot_add")
    asked = away.get(path)
    assert asked["Location"][: len(CONFIRM)] == CONFIRM
    assert away.post(asked["Location"], {"password": cast.PASSWORD})["Location"] == path
    assert away.get(path).status_code == 200
    pause(away, 11)
    form = {"email": sam.email, "amount": "9.00", "currency": "EUR", "reason": "sorry", "days": ""}
    asked = away.post(path, form)
    assert not CreditLot.objects.exists()
    away.post(asked["Location"], {"password": cast.PASSWORD})
    assert CreditLot.objects.get().left_minor == 900


def test_control_who_showed_it_a_moment_ago_is_not_asked(
    away: Client, ada: User, placed: Buy, settings
) -> None:
    order = orders.settle(placed("approve").pk)
    form = {"action": "refund", "_selected_action": [str(order.pk)], "asked": "1", "reason": "x"}
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 3600
    assert away.post(path_of("order"), form)["Location"] == path_of("order")
    assert Refund.objects.get().state == "completed"
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
    # What moves nothing asks nothing.
    looked = {"action": "settle", "_selected_action": [str(order.pk)]}
    assert away.post(path_of("order"), looked)["Location"] == path_of("order")


# Over the API -------------------------------------------------------------------------------------


def calls(order: Order, batch: PayoutBatch, sam: User) -> dict[str, dict[str, object]]:
    here = "/api/v1/payments"
    amount = {"amount": "1.00", "currency": "EUR"}
    return {
        f"{here}/orders/{order.pk}/refund/": {"reason": "x"},
        f"{here}/payout-batches/{batch.pk}/approve/": {},
        f"{here}/credit/grants/": {"user": str(sam.pk), "amount": amount, "reason": "x"},
    }


def test_the_api_says_where_to_show_it(
    api, ada: User, sam: User, tess: User, placed: Buy, sandbox: Sandbox
) -> None:
    order = orders.settle(placed("approve").pk)
    earn(tess, sam)
    batch = payouts.request(user=tess, currency="EUR")
    client = api(ada)
    for path, body in calls(order, batch, sam).items():
        AuthSession.objects.update(confirmed_at=F("confirmed_at") - timedelta(minutes=11))
        key = {"idempotency-key": str(uuid4())}
        refused = client.post(path, body, format="json", headers=key)
        assert (refused.status_code, refused.json()["code"]) == (403, "reauthentication-required")
        shown_at = client.post(
            "/api/v1/auth/reauthenticate/", {"password": cast.PASSWORD}, format="json"
        )
        assert shown_at.status_code == 204
        # The refusal was no answer: the same key goes on.
        done = client.post(path, body, format="json", headers=key)
        assert done.status_code in {200, 201}, done.content
    batch.refresh_from_db()
    assert (Refund.objects.count(), CreditLot.objects.count(), batch.state) == (1, 1, "approved")
