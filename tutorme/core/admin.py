"""What moves behind the pages, for operators: deliveries, webhooks, jobs and the audit trail."""

import contextlib
import json

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tutorme.core import inbox, jobs, outbox
from tutorme.core.errors import DomainError
from tutorme.core.models import (
    AuditEntry,
    InboxMessage,
    Job,
    OutboxDelivery,
    OutboxEvent,
    StoredFile,
)
from tutorme.core.read_only_admin import ReadOnlyAdmin


def _tell(request: HttpRequest, count: int) -> None:
    text = ngettext("%(n)d row will be tried again.", "%(n)d rows will be tried again.", count)
    messages.info(request, text % {"n": count})


@admin.register(OutboxDelivery)
class OutboxDeliveryAdmin(ReadOnlyAdmin):
    list_display = ("event_name", "handler", "state", "attempts", "run_after", "last_error")
    list_filter = ("state", "event__name")
    search_fields = ("handler", "event__request_id", "event__id")
    list_select_related = ("event",)
    ordering = ("-pk",)
    actions = ("retry",)
    show_full_result_count = False

    @admin.display(description=_("event"))
    def event_name(self, row: OutboxDelivery) -> str:
        return row.event.name

    @admin.action(description=_("Deliver again what has failed"))
    def retry(self, request: HttpRequest, rows: QuerySet[OutboxDelivery]) -> None:
        _tell(request, outbox.retry(rows))


@admin.register(OutboxEvent)
class OutboxEventAdmin(ReadOnlyAdmin):
    list_display = ("name", "created_at", "request_id", "actor")
    list_filter = ("name",)
    search_fields = ("id", "request_id", "key")
    list_select_related = ("actor",)
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(InboxMessage)
class InboxMessageAdmin(ReadOnlyAdmin):
    list_display = (
        "provider",
        "kind",
        "state",
        "attempts",
        "duplicates",
        "conflicts",
        "received_at",
        "last_error",
    )
    list_filter = ("provider", "state", "kind")
    search_fields = ("delivery_id", "request_id")
    exclude = ("body",)
    readonly_fields = ("payload",)
    ordering = ("-id",)
    actions = ("retry",)
    show_full_result_count = False

    @admin.display(description=_("payload"))
    def payload(self, row: InboxMessage) -> SafeString:
        """As it came; JSON is laid out to be read."""
        text = bytes(row.body).decode("utf-8", "replace")
        with contextlib.suppress(ValueError, RecursionError):
            text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
        return format_html('<pre class="overflow-x-auto whitespace-pre-wrap">{}</pre>', text)

    @admin.action(description=_("Process again"))
    def retry(self, request: HttpRequest, rows: QuerySet[InboxMessage]) -> None:
        _tell(request, inbox.retry(rows))


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ("kind", "state", "step", "done", "total", "attempts", "owner", "created_at")
    list_filter = ("state", "kind")
    search_fields = ("id", "key", "request_id")
    list_select_related = ("owner",)
    ordering = ("-id",)
    actions = ("retry", "cancel")
    show_full_result_count = False

    @admin.action(description=_("Try again as a new job"))
    def retry(self, request: HttpRequest, rows: QuerySet[Job]) -> None:
        count = 0
        for row in rows:
            try:
                jobs.retry(row)
                count += 1
            except DomainError as error:
                messages.warning(request, f"{row.pk}: {error.detail}")
        _tell(request, count)

    @admin.action(description=_("Cancel"))
    def cancel(self, request: HttpRequest, rows: QuerySet[Job]) -> None:
        for row in rows:
            jobs.cancel(row)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "actor", "action", "target_type", "target_id", "reason")
    list_filter = ("action",)
    search_fields = ("target_id", "request_id", "actor__username")
    list_select_related = ("actor",)
    ordering = ("-id",)
    show_full_result_count = False

    def has_change_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False


@admin.register(StoredFile)
class StoredFileAdmin(ReadOnlyAdmin):
    list_display = ("name", "purpose", "owner", "content_type", "size", "created_at", "kept_at")
    list_filter = ("purpose", "content_type")
    search_fields = ("id", "sha256")
    list_select_related = ("owner",)
    ordering = ("-id",)
    show_full_result_count = False
