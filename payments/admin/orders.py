"""Money in the admin: read, traced, refunded through the service; never typed over."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from payments.admin import acts
from payments.admin.facts import FactInline, MoneyAdmin
from payments.models import CaptureAttempt, Dispute, Order, OrderTransition, Refund


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
    fields = ("provider_dispute_id", "state", "status", "opened_by", "note", "amount_minor")


@admin.register(Order)
class OrderAdmin(MoneyAdmin):
    list_display = ("id", "buyer", "description", "total", "state", "note", "created_at")
    list_filter = ("state", "kind", "currency", "captured_at", "created_at")
    search_fields = ("id", "provider_order_id", "provider_capture_id", "buyer__email")
    list_select_related = ("buyer",)
    ordering = ("-id",)
    inlines = (TransitionInline, AttemptInline, RefundInline, DisputeInline)
    actions = (acts.settle, acts.accept, acts.refund, acts.mark_disputed)

    @admin.display(description=_("total"))
    def total(self, order: Order) -> str:
        return order.total.localized()
