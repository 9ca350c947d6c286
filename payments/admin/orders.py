"""Money in the admin: read, traced, refunded through the service; never typed over."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from payments.admin.facts import FactInline
from payments.models import CaptureAttempt, Dispute, Order, OrderTransition, Refund
from payments.services import orders, refunds
from tutorme.core.errors import DomainError
from tutorme.core.read_only_admin import ReadOnlyAdmin


class TransitionInline(FactInline):
    model = OrderTransition


class AttemptInline(FactInline):
    model = CaptureAttempt


class RefundInline(FactInline):
    model = Refund


class DisputeInline(FactInline):
    model = Dispute
    fields = ("provider_dispute_id", "state", "status", "reason", "amount_minor", "respond_by")


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    list_display = ("id", "buyer", "description", "total", "state", "note", "created_at")
    list_filter = ("state", "kind", "currency")
    search_fields = ("id", "provider_order_id", "provider_capture_id", "buyer__email")
    list_select_related = ("buyer",)
    ordering = ("-id",)
    inlines = (TransitionInline, AttemptInline, RefundInline, DisputeInline)
    actions = ("settle", "accept", "refund_in_full")
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

    @admin.action(description=_("Refund all that is left"))
    def refund_in_full(self, request: HttpRequest, rows: QuerySet[Order]) -> None:
        self._each(
            request,
            rows,
            lambda order: refunds.refund(
                order=order, amount=None, note="by an admin", actor=request.user
            ),
        )

    def _each(
        self, request: HttpRequest, rows: QuerySet[Order], act: Callable[[Order], object]
    ) -> None:
        for order in rows:
            try:
                messages.info(request, f"{order}: {act(order)}")
            except DomainError as error:
                messages.warning(request, f"{order}: {error.detail}")
