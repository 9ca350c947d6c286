"""What moves behind the pages, for operators: deliveries, webhooks, jobs and the audit trail."""

import contextlib
import json

from django.contrib import admin
from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from tutorme.core import bulk_admin, inbox, jobs, outbox
from tutorme.core.brand_admin import BrandFilter, brand
from tutorme.core.bulk import By
from tutorme.core.models import (
    AuditEntry,
    BulkRow,
    InboxMessage,
    Job,
    OutboxDelivery,
    OutboxEvent,
    ReportExport,
    StoredFile,
)
from tutorme.core.read_only_admin import ReadOnlyAdmin


@bulk_admin.action("outbox.retry", _("Deliver again what has failed"))
def deliver_again(row: OutboxDelivery, by: By) -> None:
    outbox.retry(OutboxDelivery.objects.filter(pk=row.pk))


@bulk_admin.action("inbox.retry", _("Process again"))
def process_again(row: InboxMessage, by: By) -> None:
    inbox.retry(InboxMessage.objects.filter(pk=row.pk))


@bulk_admin.action("jobs.retry", _("Try again as a new job"))
def run_again(row: Job, by: By) -> None:
    jobs.retry(row)


@bulk_admin.action("jobs.cancel", _("Cancel"), destroys=True)
def cancel(row: Job, by: By) -> None:
    jobs.cancel(row)


@admin.register(OutboxDelivery)
class OutboxDeliveryAdmin(ReadOnlyAdmin):
    list_display = ("event_name", "handler", "state", "attempts", "run_after", "last_error")
    list_filter = ("state", "event__name")
    search_fields = ("handler", "event__request_id", "event__id")
    list_select_related = ("event",)
    ordering = ("-pk",)
    actions = (deliver_again,)

    @admin.display(description=_("event"))
    def event_name(self, row: OutboxDelivery) -> str:
        return row.event.name


@admin.register(OutboxEvent)
class OutboxEventAdmin(ReadOnlyAdmin):
    list_display = ("name", "created_at", "request_id", "actor")
    list_filter = ("name",)
    search_fields = ("id", "request_id", "key")
    list_select_related = ("actor",)
    ordering = ("-id",)


@admin.register(InboxMessage)
class InboxMessageAdmin(ReadOnlyAdmin):
    list_display = (
        brand,
        "kind",
        "state",
        "attempts",
        "duplicates",
        "conflicts",
        "received_at",
        "last_error",
    )
    list_filter = ("received_at", ("provider", BrandFilter), "state", "kind")
    search_fields = ("delivery_id", "request_id")
    exclude = ("body", "provider")
    readonly_fields = (brand, "payload")
    ordering = ("-id",)
    actions = (process_again,)

    @admin.display(description=_("payload"))
    def payload(self, row: InboxMessage) -> SafeString:
        """As it came; JSON is laid out to be read."""
        text = bytes(row.body).decode("utf-8", "replace")
        with contextlib.suppress(ValueError, RecursionError):
            text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
        return format_html('<pre class="overflow-x-auto whitespace-pre-wrap">{}</pre>', text)


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ("kind", "state", "step", "done", "total", "attempts", "owner", "created_at")
    list_filter = ("created_at", "state", "kind")
    search_fields = ("id", "key", "request_id")
    list_select_related = ("owner",)
    ordering = ("-id",)
    actions = (run_again, cancel)

    readonly_fields = ("rows",)

    @admin.display(description=_("rows"))
    def rows(self, row: Job) -> SafeString | str:
        """Of an act on many: what became of them."""
        counts = dict(row.bulk_rows.order_by().values_list("state").annotate(Count("pk")))
        if not counts:
            return "-"
        told = ", ".join(f"{state}: {count}" for state, count in sorted(counts.items()))
        url = f"{reverse('admin:core_bulkrow_changelist')}?job__id__exact={row.pk}"
        return format_html('<a href="{}">{}</a>', url, told)


@admin.register(BulkRow)
class BulkRowAdmin(ReadOnlyAdmin):
    """What became of each row of an act on many."""

    list_display = ("target_id", "state", "detail", "job")
    list_filter = ("state",)
    search_fields = ("target_id", "job__id")
    list_select_related = ("job",)
    ordering = ("state", "id")

    def has_change_permission(self, request: HttpRequest, obj: BulkRow | None = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup == "job__id__exact" or bool(super().lookup_allowed(lookup, value, request))


@admin.register(ReportExport)
class ReportExportAdmin(ReadOnlyAdmin):
    list_display = ("report", "first_on", "last_on", "owner", "created_at", "expires_at")
    list_filter = ("report",)
    search_fields = ("owner__email", "id")
    list_select_related = ("owner",)
    exclude = ("file",)
    ordering = ("-created_at",)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "actor", "action", "target_type", "target_id", "link", "reason")
    list_filter = ("created_at", "target_type", "action")
    search_fields = ("target_id", "request_id", "actor__username")
    list_select_related = ("actor", "seal")
    readonly_fields = ("link",)
    ordering = ("-id",)

    @admin.display(description=_("link of the chain"))
    def link(self, row: AuditEntry) -> str:
        seal = getattr(row, "seal", None)
        return str(seal) if seal else str(_("waits"))

    def has_change_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False


@admin.register(StoredFile)
class StoredFileAdmin(ReadOnlyAdmin):
    list_display = ("name", "purpose", "owner", "content_type", "size", "created_at", "kept_at")
    list_filter = ("purpose", "content_type")
    search_fields = ("id", "sha256")
    list_select_related = ("owner",)
    ordering = ("-id",)
