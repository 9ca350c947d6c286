"""What payers complain about: read here, answered at PayPal."""

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from payments.admin import acts
from payments.admin.facts import MoneyAdmin
from payments.models import Dispute
from payments.services import disputes


@admin.register(Dispute)
class DisputeAdmin(MoneyAdmin):
    list_display = ("provider_dispute_id", "about", "total", "state", "status", "respond_by")
    list_filter = ("state", "reason", "stage")
    search_fields = ("provider_dispute_id", "order__id", "period__sale_id")
    list_select_related = ("order", "period")
    ordering = ("-id",)
    readonly_fields = ("evidence",)
    actions = (acts.follow_dispute,)

    @admin.display(description=_("about"))
    def about(self, row: Dispute) -> str:
        return str(row.order or row.period)

    @admin.display(description=_("evidence"))
    def evidence(self, row: Dispute) -> SafeString:
        return format_html_join("", "{}<br>", ((line,) for line in disputes.evidence(row)))

    @admin.display(description=_("amount"))
    def total(self, row: Dispute) -> str:
        return row.amount.localized()
