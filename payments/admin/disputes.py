"""What payers complain about: read here, answered at PayPal."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from payments.admin.facts import MoneyAdmin
from payments.models import Dispute
from payments.services import disputes
from tutorme.core.gateways import GatewayError
from tutorme.core.inbox import NotYet


@admin.register(Dispute)
class DisputeAdmin(MoneyAdmin):
    list_display = ("provider_dispute_id", "about", "total", "state", "status", "respond_by")
    list_filter = ("state", "reason", "stage")
    search_fields = ("provider_dispute_id", "order__id", "period__sale_id")
    list_select_related = ("order", "period")
    ordering = ("-id",)
    actions = ("follow",)
    show_full_result_count = False

    @admin.display(description=_("about"))
    def about(self, row: Dispute) -> str:
        return str(row.order or row.period)

    @admin.display(description=_("amount"))
    def total(self, row: Dispute) -> str:
        return row.amount.localized()

    @admin.action(description=_("Ask the provider again"))
    def follow(self, request: HttpRequest, rows: QuerySet[Dispute]) -> None:
        for row in rows:
            try:
                messages.info(request, str(disputes.follow(row.provider_dispute_id)))
            except (GatewayError, NotYet) as error:
                messages.warning(request, f"{row}: {error}")
