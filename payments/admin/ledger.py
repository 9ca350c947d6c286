"""The ledger in the admin: read, taken out as a file, proved on request."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.models import User
from payments.admin.facts import FactInline, MoneyAdmin
from payments.models import LedgerAccount, LedgerEntry, LedgerTransaction
from payments.services import ledger_check, ledger_export
from tutorme.core import spreadsheets


class EntryInline(FactInline):
    model = LedgerEntry
    fields = ("account", "amount_minor")
    verbose_name_plural = _("lines, which sum to nothing")


@admin.register(LedgerTransaction)
class LedgerTransactionAdmin(MoneyAdmin):
    list_display = ("created_at", "kind", "reference", "currency", "memo", "place")
    list_filter = ("created_at", "kind", "currency")
    search_fields = ("reference", "order__id", "memo")
    list_select_related = ("seal",)
    ordering = ("-id",)
    inlines = (EntryInline,)
    list_before_template = "admin/payments/ledger.html"

    @admin.display(description=_("in the chain"))
    def place(self, row: LedgerTransaction) -> str:
        seal = getattr(row, "seal", None)
        return str(seal) if seal else str(_("waits"))

    def get_urls(self) -> list[URLPattern]:
        views = (("export", self.export_view), ("check", self.check_view))
        own = [
            path(f"{name}/", self.admin_site.admin_view(view), name=f"payments_ledger_{name}")
            for name, view in views
        ]
        return [*own, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        shown = {"last_check": ledger_check.last(), **(extra_context or {})}
        page: HttpResponse = super().changelist_view(request, shown)
        return page

    @method_decorator(require_POST)
    def export_view(self, request: HttpRequest) -> StreamingHttpResponse:
        """What the list shows, filtered and searched alike; all pages of it."""
        self._must_see(request)
        chosen = self.get_changelist_instance(request).get_queryset(request)
        lines = ledger_export.begin(
            chosen=chosen, actor=request.user, asked=request.GET.urlencode()
        )
        return spreadsheets.download("ledger.csv", lines)

    @method_decorator(require_POST)
    def check_view(self, request: HttpRequest) -> HttpResponse:
        self._must_see(request)
        assert isinstance(request.user, User)
        ledger_check.begin(owner_id=request.user.pk)
        messages.info(request, _("The books are being proved; what comes of it is said here."))
        return redirect("admin:payments_ledgertransaction_changelist")

    def _must_see(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied


@admin.register(LedgerAccount)
class LedgerAccountAdmin(MoneyAdmin):
    list_display = ("kind", "owner", "currency", "shard", "amount")
    list_filter = ("kind", "currency")
    search_fields = ("owner__email",)
    list_select_related = ("owner",)
    ordering = ("kind", "id")

    @admin.display(description=_("balance"))
    def amount(self, row: LedgerAccount) -> str:
        return row.balance.localized()
