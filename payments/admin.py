"""Money in the admin: read, traced, refunded through the service; never typed over."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from payments.models import CaptureAttempt, Order, OrderTransition, Refund
from payments.services import orders, refunds
from tutorme.core.errors import DomainError
from tutorme.core.read_only_admin import ReadOnlyAdmin


class FactInline(TabularInline):  # type: ignore[misc]
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        return False


class TransitionInline(FactInline):
    model = OrderTransition


class AttemptInline(FactInline):
    model = CaptureAttempt


class RefundInline(FactInline):
    model = Refund


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    list_display = ("id", "buyer", "description", "total", "state", "note", "created_at")
    list_filter = ("state", "kind", "currency")
    search_fields = ("id", "provider_order_id", "provider_capture_id", "buyer__email")
    list_select_related = ("buyer",)
    ordering = ("-id",)
    inlines = (TransitionInline, AttemptInline, RefundInline)
    actions = ("settle", "refund_in_full")
    show_full_result_count = False

    @admin.display(description=_("total"))
    def total(self, order: Order) -> str:
        return order.amount.localized()

    @admin.action(description=_("Ask the provider again"))
    def settle(self, request: HttpRequest, rows: QuerySet[Order]) -> None:
        for order in rows:
            try:
                state = orders.settle(order.pk).state
                messages.info(request, f"{order}: {state}")
            except DomainError as error:
                messages.warning(request, f"{order}: {error.detail}")

    @admin.action(description=_("Refund all that is left"))
    def refund_in_full(self, request: HttpRequest, rows: QuerySet[Order]) -> None:
        for order in rows:
            try:
                row = refunds.refund(
                    order=order, amount=None, note="admin action", actor=request.user
                )
                messages.info(request, f"{order}: {row}")
            except DomainError as error:
                messages.warning(request, f"{order}: {error.detail}")
