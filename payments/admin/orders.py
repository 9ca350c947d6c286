"""Money in the admin: read, traced, refunded through the service; never typed over."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from payments.admin import giving_back
from payments.admin.facts import FactInline, MoneyAdmin
from payments.models import CaptureAttempt, Dispute, Order, OrderTransition, Refund
from payments.services import orders, refunds
from tutorme.core.errors import DomainError
from tutorme.core.gateways import GatewayError


@admin.register(CaptureAttempt)
class CaptureAttemptAdmin(MoneyAdmin):
    """Each time money was asked for: written before PayPal is, and never changed."""

    list_display = ("created_at", "order", "buyer", "number", "request_id", "state")
    list_filter = ("order__state",)
    search_fields = ("order__id", "order__provider_order_id", "order__buyer__email")
    list_select_related = ("order__buyer",)
    ordering = ("-id",)
    show_full_result_count = False

    @admin.display(description=_("buyer"))
    def buyer(self, row: CaptureAttempt) -> str:
        return str(row.order.buyer)

    @admin.display(description=_("order stands at"))
    def state(self, row: CaptureAttempt) -> str:
        return row.order.get_state_display()


class TransitionInline(FactInline):
    model = OrderTransition


class AttemptInline(FactInline):
    model = CaptureAttempt
    fields = ("number", "request_id", "created_at")


class RefundInline(FactInline):
    model = Refund


class DisputeInline(FactInline):
    model = Dispute
    fields = ("provider_dispute_id", "state", "status", "reason", "amount_minor", "respond_by")


@admin.register(Order)
class OrderAdmin(MoneyAdmin):
    list_display = ("id", "buyer", "description", "total", "state", "note", "created_at")
    list_filter = ("state", "kind", "currency")
    search_fields = ("id", "provider_order_id", "provider_capture_id", "buyer__email")
    list_select_related = ("buyer",)
    ordering = ("-id",)
    inlines = (TransitionInline, AttemptInline, RefundInline, DisputeInline)
    actions = ("settle", "accept", "refund")
    show_full_result_count = False

    @admin.display(description=_("total"))
    def total(self, order: Order) -> str:
        return order.total.localized()

    @admin.action(description=_("Ask the provider again"))
    def settle(self, request: HttpRequest, rows: QuerySet[Order]) -> None:
        self._each(request, rows, lambda order: orders.settle(order.pk).state)

    @admin.action(description=_("Accept what was under review, if the provider now agrees"))
    def accept(self, request: HttpRequest, rows: QuerySet[Order]) -> None:
        self._each(
            request, rows, lambda order: orders.accept(order=order, actor=request.user).state
        )

    @admin.action(description=_("Give money back: all, a part, or as credit"))
    def refund(self, request: HttpRequest, rows: QuerySet[Order]) -> HttpResponse | None:
        told = giving_back.ask(
            request, rows, left=refunds.left_of, paid_at=lambda order: order.captured_at
        )
        if isinstance(told, HttpResponse):
            return told
        self._each(request, rows, lambda order: self._give_back(request, order, told))
        return None

    def _give_back(self, request: HttpRequest, order: Order, told: dict[str, Any]) -> str:
        row = refunds.refund(
            order=order,
            amount=told["amount"],
            note=told["reason"],
            actor=request.user,
            as_credit=told["as_credit"],
        )
        return f"{row.amount.localized()}, {row.get_state_display()} {row.failure}".strip()

    def _each(
        self, request: HttpRequest, rows: QuerySet[Order], act: Callable[[Order], object]
    ) -> None:
        for order in rows:
            try:
                messages.info(request, f"{order}: {act(order)}")
            except DomainError as error:
                messages.warning(request, f"{order}: {error.detail}")
            except GatewayError as error:
                messages.warning(request, f"{order}: {error}")
