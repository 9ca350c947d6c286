"""Sam pays in a real browser: our pages, the stand-in's approval page, and the policy between."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.models import User
from payments.models import Order, Plan, Subscription
from payments.services import orders
from sandbox.paypal.webhooks import outgoing
from tests.payments.billing import plus  # noqa: F401  fixture
from tests.payments.conftest import Buy, Shop, bare_order
from tests.sandbox_server import Sandbox
from tests.ui.conftest import chromium  # noqa: F401  fixture
from tests.ui.test_browser import violations
from tutorme.core.models import OutboxEvent

# Playwright's loop runs in this thread; the server that answers runs in its own.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("SCREENSHOTS", "")


@pytest.fixture(autouse=True)
def public(live_server, settings) -> None:
    settings.PUBLIC_BASE_URL = live_server.url


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def page(request, chromium: Browser, live_server, sam: User, client: Client) -> Iterator[Page]:  # noqa: F811
    yield from _opened(chromium, live_server, sam, client, script=request.param)


@pytest.fixture
def wide(chromium: Browser, live_server, sam: User, client: Client) -> Iterator[Page]:  # noqa: F811
    yield from _opened(chromium, live_server, sam, client, script=True)


def _opened(browser: Browser, live_server, sam: User, client: Client, *, script: bool):
    client.force_login(sam)
    context: BrowserContext = browser.new_context(
        java_script_enabled=script, reduced_motion="reduce", base_url=live_server.url
    )
    value = client.cookies["sid"].value
    context.add_cookies([{"name": "sid", "value": value, "url": live_server.url}])
    # News would keep a thread of the server waiting after the test's database is gone.
    context.route("**/realtime/stream/**", lambda route: route.fulfill(status=204))
    yield context.new_page()
    context.close()


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def test_sam_pays(page: Page, shop: Shop, sandbox: Sandbox, live_server) -> None:
    """The policy lets the form lead to PayPal, and return page and webhook meet."""
    outgoing.url = live_server.url + reverse("payments-api-webhook-paypal")
    page.goto(reverse("payments-checkout", args=["probe", shop.put("29.00")]))
    shot(page, "checkout")
    page.click("button:has-text('with PayPal')")
    page.click("button[value=approve]")
    expect(page.locator(".stamp")).to_contain_text("Paid")
    shot(page, "order-captured")
    assert Order.objects.get().state == "captured"
    assert OutboxEvent.objects.filter(name="payment.captured").count() == 1


def test_an_open_page_sees_the_money_arrive(wide: Page, placed: Buy, sandbox: Sandbox) -> None:
    order = placed("approve")
    Order.objects.filter(pk=order.pk).update(state="approved")
    wide.goto(reverse("payments-order", args=[order.pk]))
    expect(wide.locator("main")).to_contain_text("waiting for PayPal")
    shot(wide, "order-approved")
    orders.settle(order.pk)
    expect(wide.locator(".stamp")).to_contain_text("Paid")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state_is_readable_by_everyone(wide: Page, sam: User, scheme: Any) -> None:
    wide.emulate_media(color_scheme=scheme)
    for width in (1280, 360):
        wide.set_viewport_size({"width": width, "height": 844})
        for state in Order.State:
            Order.objects.all()._raw_delete(Order.objects.db)
            order = bare_order(
                sam, state=state, description="Algebra from the ground up", url="/", note="x"
            )
            if state == Order.State.CREATED:
                Order.objects.update(approve_url="/x/")
            wide.goto(reverse("payments-order", args=[order.pk]))
            assert violations(wide) == []
            assert wide.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
            shot(wide, f"order-{state}-{width}-{scheme}")
    for number in range(3):
        bare_order(sam, state="captured", description=f"Lesson {number}")
    wide.goto(reverse("my-orders"))
    assert violations(wide) == []
    shot(wide, f"orders-{scheme}")


def test_sam_subscribes_pauses_and_ends_it(
    page: Page,
    plus: Plan,  # noqa: F811
    sandbox: Sandbox,
    live_server,
) -> None:
    """From the price list to its end by links and buttons alone, with and without a script."""
    outgoing.url = live_server.url + reverse("payments-api-webhook-paypal")
    page.goto("/pricing/")
    page.click("button:has-text('Subscribe to Plus')")
    page.click("button[value=approve]")
    expect(page.locator("main")).to_contain_text("The next €9.00 is taken on")
    shot(page, "subscription")
    page.click("button:has-text('Pause it')")
    expect(page.locator("main")).to_contain_text("It rests, and nothing is taken")
    page.click("button:has-text('Take it up again')")
    expect(page.locator("main")).to_contain_text("The next €9.00 is taken on")
    page.click("a:has-text('Cancel it')")
    page.click("button:has-text('Cancel the subscription')")
    expect(page.locator("main")).to_contain_text("It is cancelled; nothing more is taken")
    row = Subscription.objects.get()
    assert (row.state, row.periods.count()) == ("cancelled", 1)
