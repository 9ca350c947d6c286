"""A price is never changed; PayPal learns of plans as often as it is told."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from payments.models import Plan, PlanVersion
from payments.services import plans
from sandbox.paypal.state import memory
from tests.payments.billing import plan_at, plus  # noqa: F401  fixture
from tests.sandbox_server import Sandbox
from tutorme.core.money import Money

pytestmark = pytest.mark.django_db


def versions() -> list[tuple[int, str]]:
    return list(PlanVersion.objects.order_by("number").values_list("number", "state"))


def test_a_plan_is_made_at_paypal_once(sandbox: Sandbox) -> None:
    plan_at("9.00")
    assert [step.action for step in plans.sync()] == ["create"]
    assert plans.sync() == []
    (made,) = memory.plans.values()
    version = PlanVersion.objects.get()
    assert (version.state, version.provider_plan_id) == ("active", made.id)
    assert (str(made.price), made.currency, made.threshold) == ("9.00", "EUR", 3)


def test_a_new_price_is_a_new_plan_there_and_the_old_one_takes_nobody(
    sandbox: Sandbox,
    plus: Plan,  # noqa: F811
) -> None:
    plans.set_price(plan=plus, price=Money(900, "EUR"), unit="month")
    assert versions() == [(1, "active")]
    plans.set_price(plan=plus, price=Money(1100, "EUR"), unit="month")
    assert versions() == [(1, "active"), (2, "draft")]
    plans.sync()
    assert versions() == [(1, "retired"), (2, "active")]
    old, new = memory.plans.values()
    assert (old.status, str(old.price), new.status, str(new.price)) == (
        "INACTIVE",
        "9.00",
        "ACTIVE",
        "11.00",
    )


@pytest.mark.parametrize("kind", ["lost-reply", "500-after", "garbled", "reset"])
def test_a_plan_made_and_not_heard_of_is_found(sandbox: Sandbox, kind: str) -> None:
    plan_at("9.00")
    sandbox.fault("plan", kind, times=8)
    with pytest.raises(Exception, match="paypal"):
        plans.sync()
    sandbox.http.delete(f"{sandbox.url}/_faults")
    # Days later PayPal has forgotten the request id: the plan is found by its name.
    memory.answered.clear()
    plans.sync()
    plans.sync()
    assert len(memory.plans) == 1
    assert versions() == [(1, "active")]


def test_a_price_replaced_before_paypal_confirmed_it_is_closed_there(sandbox: Sandbox) -> None:
    plan = plan_at("9.00")
    version = PlanVersion.objects.get()
    plans.sync()
    PlanVersion.objects.filter(pk=version.pk).update(state="draft", provider_plan_id=None)
    plans.set_price(plan=plan, price=Money(1100, "EUR"), unit="month")
    plans.sync()
    assert versions() == [(1, "retired"), (2, "active")]
    assert [row.status for row in memory.plans.values()] == ["INACTIVE", "ACTIVE"]


@pytest.mark.django_db(transaction=True)
def test_many_at_once_make_one_plan(sandbox: Sandbox) -> None:
    plan_at("9.00")

    def sync(_number: int) -> None:
        try:
            plans.sync()
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(sync, range(6)))
    assert len(memory.plans) == 1
    assert versions() == [(1, "active")]


def test_the_command_says_what_it_would_do_and_does_it(sandbox: Sandbox, capsys) -> None:
    plan_at("9.00")
    call_command("paypal_sync", "--dry-run", "--json")
    (step,) = json.loads(capsys.readouterr().out)["steps"]
    assert step == {"plan": "plus", "price": 1, "action": "create", "problem": ""}
    assert not memory.plans
    call_command("paypal_sync")
    assert "create plus, price 1" in capsys.readouterr().out
    call_command("paypal_sync")
    assert "in line" in capsys.readouterr().out


def test_the_command_fails_where_paypal_refuses_or_is_away(sandbox: Sandbox) -> None:
    plan_at("9.00")
    sandbox.fault("plan", "refuse", times=2, issue="INVALID_CURRENCY_CODE")
    with pytest.raises(CommandError):
        call_command("paypal_sync")
    assert versions() == [(1, "draft")]
    sandbox.fault("product", "500-before", times=9)
    with pytest.raises(CommandError):
        call_command("paypal_sync")
