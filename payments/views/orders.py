"""Checkout and orders as pages."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from accounts.models import User
from payments import queries
from payments.errors import (
    CouponBelowMinimum,
    CouponUnknown,
    CouponUsedUp,
    NothingToSell,
    OrderBusy,
    OrderClosed,
    PaymentDeclined,
)
from payments.gateways import paypal
from payments.models import Order, Package, Refund
from payments.services import (
    coupons,
    credits,
    orders,
    placing,
    pricing,
    refund_requests,
    settlement,
)
from tutorme.core.errors import DomainError, NotFound, ProviderNotConfigured
from tutorme.core.money import Money
from tutorme.core.row_security import as_system

State = Order.State
COUPON_REFUSALS = (CouponUnknown, CouponUsedUp, CouponBelowMinimum)
# What a state is called on a page, and the badge it wears.
WORDS = {
    State.CREATED: (gettext_lazy("not paid yet"), "plain"),
    State.APPROVED: (gettext_lazy("being paid"), "attention"),
    State.CAPTURING: (gettext_lazy("being paid"), "attention"),
    State.CAPTURE_PENDING: (gettext_lazy("held by PayPal"), "attention"),
    State.CAPTURED: (gettext_lazy("paid"), "done"),
    State.PARTIALLY_REFUNDED: (gettext_lazy("partly refunded"), "done"),
    State.REFUNDED: (gettext_lazy("refunded"), "plain"),
    State.DECLINED: (gettext_lazy("declined"), "problem"),
    State.EXPIRED: (gettext_lazy("expired"), "plain"),
    State.CANCELLED: (gettext_lazy("cancelled"), "plain"),
    State.VOIDED: (gettext_lazy("taken back"), "plain"),
    State.DISPUTED: (gettext_lazy("disputed"), "attention"),
    State.REVERSED: (gettext_lazy("taken back by PayPal"), "plain"),
    State.REVIEW: (gettext_lazy("being checked"), "attention"),
}
# Seconds between two looks of an open page at an order that moves by itself.
_LOOKS = {
    "announcing": 2,
    State.APPROVED: 3,
    State.CAPTURING: 3,
    State.CREATED: 15,
    State.CAPTURE_PENDING: 30,
}


def viewer(request: HttpRequest) -> User:
    """Whoever looks, behind `login_required`."""
    assert isinstance(request.user, User)
    return request.user


def own_order(request: HttpRequest, **facts: Any) -> Order:
    order = Order.objects.filter(buyer_id=request.user.pk, **facts).first()
    if order is None:
        raise Http404
    return order


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest, kind: str, target_id: UUID) -> HttpResponse:
    """What it is and what it costs; the button orders it and leads on to the provider. A coupon and
    one's credit are looked at by asking for the page again, which orders nothing."""
    try:
        if request.method == "POST":
            return _place(request, kind, target_id)
        return _checkout_page(request, kind, target_id, request.GET)
    except COUPON_REFUSALS as error:
        return _checkout_page(request, kind, target_id, request.POST or request.GET, error)
    except (NotFound, NothingToSell) as error:
        raise Http404 from error
    except DomainError as error:
        context = {"error": error, "kind": kind, "target_id": target_id}
        return render(request, "payments/refused.html", context, status=error.status)


def _checkout_page(
    request: HttpRequest,
    kind: str,
    target_id: UUID,
    asked: QueryDict,
    error: DomainError | None = None,
) -> HttpResponse:
    standing = placing.open_orders(request.user, kind, target_id).first()
    if standing and standing.state != State.CREATED:
        # Its money may be moving already.
        return redirect("payments-order", pk=standing.pk)
    code = coupons.tidy(asked.get("coupon", ""))[:40]
    with_credit = bool(asked.get("credit"))
    bill = pricing.draw_up(
        buyer=request.user,
        kind=kind,
        target_id=target_id,
        coupon_code="" if error else code,
        with_credit=with_credit,
        besides=standing,
    )
    context = {
        "bill": bill,
        "quote": bill.quote,
        "off": bool(bill.to_pay) and not paypal.is_configured(),
        "coupon": code,
        "coupon_error": error.detail if error else "",
        "with_credit": with_credit,
        "credit": _credit_beside(request, standing, bill) if kind != "credit" else None,
    }
    status = error.status if error and request.method == "POST" else 200
    response = render(request, "payments/checkout.html", context, status=status)
    # A form's redirects count as its action: without this the way to the provider is blocked.
    response._csp_update = {"form-action": [paypal.payer_origin()]}  # type: ignore[attr-defined]
    return response


def _credit_beside(request: HttpRequest, standing: Order | None, bill: pricing.Bill) -> Money:
    there = credits.spendable(viewer(request).pk, bill.price.currency)
    return there + standing.credit if standing else there


def _place(request: HttpRequest, kind: str, target_id: UUID) -> HttpResponse:
    try:
        order = orders.place_order(
            buyer=request.user,
            kind=kind,
            target_id=target_id,
            coupon_code=request.POST.get("coupon", "")[:40],
            with_credit=bool(request.POST.get("credit")),
        )
    except OrderBusy as busy:
        # The first of two clicks is still at it: its order's page shows the way when there is one.
        return redirect("payments-order", pk=busy.extras["order"])
    if order.state == State.CREATED and order.approve_url:
        return redirect(order.approve_url)
    return redirect("payments-order", pk=order.pk)


@login_required
@require_safe
def returned(request: HttpRequest) -> HttpResponse:
    """Where the provider sends the payer back. What it says in the URL is only a hint."""
    order = own_order(request, provider_order_id=request.GET.get("token", ""))
    _settle(request, order)
    return redirect("payments-order", pk=order.pk)


@login_required
@require_POST
def check(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The button "look again" of an order that waits for the provider."""
    _settle(request, own_order(request, pk=pk))
    return redirect("payments-order", pk=pk)


@as_system("the payer came back: their provider is asked, and money moves")
def _settle(request: HttpRequest, order: Order) -> None:
    """A closed or declined order's page says so by itself; anything else is told here."""
    try:
        orders.settle(order.pk)
    except (OrderClosed, PaymentDeclined):
        return
    except ProviderNotConfigured:
        messages.warning(request, _("Paying is switched off on this site right now."))
    except DomainError as error:
        told = messages.info if error.status == 503 else messages.error
        told(request, error.detail)


@login_required
@require_safe
def cancelled(request: HttpRequest) -> HttpResponse:
    order = own_order(request, provider_order_id=request.GET.get("token", ""))
    if orders.cancel(order=order).state == State.CANCELLED:
        messages.info(request, _("You turned back at PayPal. Nothing was paid."))
    return redirect("payments-order", pk=order.pk)


def _stage(order: Order) -> str:
    announcing = order.state == State.CREATED and not order.approve_url
    return "announcing" if announcing else order.state


@login_required
@require_safe
def order_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """An open page asks with the state it has `seen`: nothing is touched until that changed."""
    order = own_order(request, pk=pk)
    seen = request.GET.get("seen")
    if seen:
        return HttpResponse(status=204) if seen == _stage(order) else HttpResponseClientRefresh()
    nothing = (Refund.State.FAILED, Refund.State.REJECTED, Refund.State.PROPOSED)
    refunds = order.refunds.exclude(state__in=nothing).select_related("order")
    word, badge = WORDS[State(order.state)]
    context = {
        "order": order,
        "refunds": refunds.order_by("pk"),
        "kept": order.total - order.refunded,
        "papers": order.documents.exclude(sha256=None).order_by("issued_at", "pk"),
        "can_return": _can_return(order),
        "package": _package_of(order),
        "word": word,
        "badge": badge,
        "stage": _stage(order),
        "refresh_seconds": _LOOKS.get(_stage(order)),
    }
    return render(request, "payments/order.html", context)


def _package_of(order: Order) -> Package | None:
    if order.kind != settlement.PACKAGE:
        return None
    return Package.objects.filter(order=order).select_related("seller").first()


def _can_return(order: Order) -> bool:
    found = refund_requests.preview(order)
    return found is not None and bool(found.amount)


@login_required
@require_safe
def order_list(request: HttpRequest) -> HttpResponse:
    mine: Any = queries.OrdersOf(viewer(request).pk)
    pages: Paginator[Order] = Paginator(mine, 20)
    page = pages.get_page(request.GET.get("page"))
    rows = [(order, *WORDS[State(order.state)]) for order in page]
    return render(request, "payments/orders.html", {"page": page, "rows": rows})
