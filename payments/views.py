"""Checkout and orders as pages. Every step is a form or a link; nothing needs JavaScript."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from payments.errors import NotApproved, OrderClosed, PaymentDeclined
from payments.models import Order
from payments.services import orders
from tutorme.core.errors import DomainError, ProviderUnavailable


def _own(request: HttpRequest, **facts: Any) -> Order:
    order = Order.objects.filter(buyer_id=request.user.pk, **facts).first()
    if order is None:
        raise Http404
    return order


@login_required
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Orders what a page offers and goes on to the summary, or straight to what was free."""
    try:
        target_id = UUID(request.POST.get("target", ""))
    except ValueError as error:
        raise Http404 from error
    order = orders.place_order(
        buyer=request.user, kind=request.POST.get("kind", ""), target_id=target_id
    )
    order.refresh_from_db()
    if order.is_open:
        return redirect("payments-checkout", pk=order.pk)
    return redirect("payments-order", pk=order.pk)


@login_required
@require_safe
def checkout(request: HttpRequest, pk: UUID) -> HttpResponse:
    order = _own(request, pk=pk)
    if order.state not in {Order.State.CREATED, Order.State.APPROVED}:
        return redirect("payments-order", pk=order.pk)
    return render(request, "payments/checkout.html", {"order": order})


@login_required
@require_safe
def returned(request: HttpRequest) -> HttpResponse:
    """Where the provider sends the payer back. What it says in the URL is only a hint."""
    order = _own(request, provider_order_id=request.GET.get("token", ""))
    try:
        orders.settle(order.pk)
    except (NotApproved, PaymentDeclined) as error:
        messages.error(request, error.detail)
        return redirect("payments-checkout", pk=order.pk)
    except ProviderUnavailable:
        messages.info(request, _("PayPal does not answer right now. We keep asking for you."))
    except OrderClosed:
        pass
    return redirect("payments-order", pk=order.pk)


@login_required
@require_safe
def cancelled(request: HttpRequest) -> HttpResponse:
    order = _own(request, provider_order_id=request.GET.get("token", ""))
    orders.cancel(order=order)
    messages.info(request, _("Nothing was paid. You can come back to it any time."))
    return redirect(order.url or "payments-orders")


@login_required
@require_safe
def order_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    order = _own(request, pk=pk)
    refunds = order.refunds.exclude(state="failed").select_related("order").order_by("pk")
    waiting = order.state in {
        Order.State.APPROVED,
        Order.State.CAPTURING,
        Order.State.CAPTURE_PENDING,
    }
    context = {"order": order, "refunds": refunds, "waiting": waiting}
    return render(request, "payments/order.html", context)


@login_required
@require_POST
def check(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The button "look again" of an order that waits for the provider."""
    order = _own(request, pk=pk)
    try:
        orders.settle(order.pk)
    except DomainError as error:
        messages.info(request, error.detail)
    return redirect("payments-order", pk=order.pk)


@login_required
@require_safe
def order_list(request: HttpRequest) -> HttpResponse:
    mine = Order.objects.filter(buyer_id=request.user.pk).order_by("-id")
    page = Paginator(mine, 20).get_page(request.GET.get("page"))
    return render(request, "payments/orders.html", {"page": page})
