"""A process that dies at a step boundary; test_deaths.py has it born (tests/nursery.py).

Boundaries are the beginning and the end of every call to the provider and of every commit; at the
one whose number is given the process kills itself, as hard as the kernel can. With a path in place
of a number it dies when the provider has answered a call that ends so.
"""

import os
import signal
from collections.abc import Callable
from typing import Any

import django
import httpx
import psycopg
from django.apps import apps

if not apps.ready:
    django.setup()

from accounts.models import User
from payments.models import Order, PayoutBatch, Plan, Subscription, SubscriptionPeriod
from payments.services import (
    orders,
    refunds,
    sending,
    subscription_refunds,
    subscription_wishes,
    subscriptions,
)

LIVED = 7


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_after(path: str) -> None:
    send = httpx.Client.send

    def heard(self: httpx.Client, request: httpx.Request, **how: Any) -> httpx.Response:
        answer = send(self, request, **how)
        if request.url.path.endswith(path):
            die()
        return answer

    httpx.Client.send = heard  # type: ignore[method-assign]


def die_at(fatal: int) -> None:
    seen = 0

    def boundary() -> None:
        nonlocal seen
        seen += 1
        if seen == fatal:
            die()

    def between(inner: Callable[..., Any]) -> Callable[..., Any]:
        def bounded(*args: Any, **kwargs: Any) -> Any:
            boundary()
            answer = inner(*args, **kwargs)
            boundary()
            return answer

        return bounded

    httpx.Client.send = between(httpx.Client.send)  # type: ignore[method-assign]
    psycopg.Connection.commit = between(psycopg.Connection.commit)  # type: ignore[method-assign]


def act(what: str, subject: str) -> None:
    if what == "subscribe":
        user = User.objects.get(username=subject)
        subscriptions.subscribe(user=user, plan=Plan.objects.get(slug="plus"))
    elif what == "settle":
        subscriptions.settle_now(Subscription.objects.get(pk=subject).pk)
    elif what == "cancel":
        row = Subscription.objects.get(pk=subject)
        subscription_wishes.cancel(row=row, actor=row.user)
    elif what == "payout":
        sending.submit(PayoutBatch.objects.get(pk=subject).pk)
    elif what == "capture":
        orders.settle_now(Order.objects.get(pk=subject).pk)
    elif what == "refund payment":
        period = SubscriptionPeriod.objects.get(pk=subject)
        owner = period.subscription.user
        subscription_refunds.refund(period=period, amount=None, note="dying", actor=owner)
    else:
        order = Order.objects.get(pk=subject)
        refunds.refund(order=order, amount=None, note="dying", actor=order.buyer)


def main(arguments: list[str]) -> int:
    when, what, subject = arguments
    if when.isdigit():
        die_at(int(when))
    else:
        die_after(when)
    act(what, subject)
    return LIVED
