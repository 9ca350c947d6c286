"""The books in the admin: read, traced, decided on through services; never typed over."""

from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from payments.admin import acts
from payments.admin.facts import FactInline, MoneyAdmin
from payments.models import (
    Document,
    Earning,
    Package,
    PayoutApproval,
    PayoutBatch,
    PayoutItem,
    Refund,
)
from payments.services import documents, payouts
from tutorme.core.files import serving


@admin.register(Earning)
class EarningAdmin(MoneyAdmin):
    list_display = ("payee", "what", "share", "state", "available_at", "held_for")
    list_filter = ("state", "currency")
    search_fields = ("payee__email", "order__id")
    list_select_related = ("payee", "order")
    ordering = ("-id",)
    actions = (acts.hold, acts.lift)

    @admin.display(description=_("what"))
    def what(self, row: Earning) -> str:
        return row.order.description

    @admin.display(description=_("share"))
    def share(self, row: Earning) -> str:
        return row.left.localized()


@admin.register(Refund)
class RefundAdmin(MoneyAdmin):
    list_display = ("created_at", "order", "total", "state", "origin", "requested_by", "note")
    list_filter = ("state", "origin", "is_reversal", "created_at")
    search_fields = ("order__id", "provider_refund_id", "order__buyer__email")
    list_select_related = ("order", "requested_by")
    ordering = ("-id",)
    actions = (acts.approve_refund, acts.reject_refund)

    @admin.display(description=_("amount"))
    def total(self, row: Refund) -> str:
        return row.amount.localized()


class ItemInline(FactInline):
    model = PayoutItem
    fields = ("payee", "email", "amount_minor", "fee_minor", "state", "provider_item_id", "failure")


class ApprovalInline(FactInline):
    model = PayoutApproval


@admin.register(PayoutBatch)
class PayoutBatchAdmin(MoneyAdmin):
    list_display = ("created_at", "amount", "state", "requested_by", "approvals_so_far", "note")
    list_filter = ("state", "currency", "created_at", "finished_at")
    search_fields = ("id", "provider_batch_id", "items__payee__email")
    list_select_related = ("requested_by",)
    ordering = ("-id",)
    inlines = (ItemInline, ApprovalInline)
    actions = (acts.approve_payout, acts.reject_payout, acts.follow_payout)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[PayoutBatch]:
        rows: QuerySet[PayoutBatch] = super().get_queryset(request)
        return rows.prefetch_related("approvals")

    @admin.display(description=_("total"))
    def amount(self, row: PayoutBatch) -> str:
        return row.total.localized()

    @admin.display(description=_("approvals"))
    def approvals_so_far(self, row: PayoutBatch) -> str:
        return f"{len(row.approvals.all())} / {payouts.approvals_needed(row)}"


@admin.register(Package)
class PackageAdmin(MoneyAdmin):
    list_display = (
        *("offer", "buyer", "seller", "used", "units", "state", "expires_at", "ended_by"),
        *("ended_at", "end_reason"),
    )
    list_filter = ("state", "ended_at")
    search_fields = ("buyer__email", "seller__email", "order__id")
    list_select_related = ("offer", "buyer", "seller", "ended_by")
    ordering = ("-id",)


@admin.register(Document)
class DocumentAdmin(MoneyAdmin):
    list_display = ("label", "kind", "order", "period", "issued_at", "pdf")
    list_filter = ("kind", "year")
    search_fields = (
        "order__id",
        "order__buyer__email",
        "period__sale_id",
        "period__subscription__user__email",
        "number",
    )
    list_select_related = ("order", "period")
    ordering = ("-id",)

    @admin.display(description=_("PDF"))
    def pdf(self, row: Document) -> SafeString | str:
        if not row.sha256:
            return str(_("being printed"))
        address = reverse("admin:payments_document_pdf", args=[row.pk])
        return format_html('<a href="{}">{}</a>', address, _("Open"))

    def get_urls(self) -> list[URLPattern]:
        pdf = path(
            "<uuid:document_id>/pdf/",
            self.admin_site.admin_view(self.pdf_view),
            name="payments_document_pdf",
        )
        return [pdf, *super().get_urls()]

    def pdf_view(self, request: HttpRequest, document_id: UUID) -> HttpResponseBase:
        """The bytes it was issued with."""
        row = Document.objects.exclude(sha256=None).filter(pk=document_id).first()
        if row is None or not self.has_view_permission(request, row):
            raise Http404
        return serving.respond(
            request,
            key=documents.key_of(str(row.sha256)),
            name=f"{row.label}.pdf",
            content_type="application/pdf",
            download=True,
        )
