"""What payers complain about: PayPal's own are read here and answered there, what was marked here
is decided here."""

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
    list_display = ("__str__", "about", "total", "opened_by", "status", "respond_by")
    list_filter = ("state", ("opened_by", admin.EmptyFieldListFilter), "reason", "stage")
    search_fields = ("provider_dispute_id", "note", "order__id", "period__sale_id")
    list_select_related = ("order", "period", "opened_by")
    ordering = ("-id",)
    readonly_fields = ("evidence",)
    actions = (acts.follow_dispute, acts.let_stand, acts.give_way)

    @admin.display(description=_("about"))
    def about(self, row: Dispute) -> str:
        return str(row.order or row.period)

    @admin.display(description=_("evidence"))
    def evidence(self, row: Dispute) -> SafeString:
        return format_html_join("", "{}<br>", ((line,) for line in disputes.evidence(row)))

    @admin.display(description=_("amount"))
    def total(self, row: Dispute) -> str:
        return row.amount.localized()
