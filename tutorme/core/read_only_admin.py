"""The admin's ways with rows: what became of them is there to be read, and facts are never typed
over."""

from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import unquote
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from tutorme.core.models import AuditEntry

_MOST_EVENTS = 200


class EstimatingPaginator(Paginator):  # type: ignore[type-arg]  # not subscriptable when it runs
    """Counts a narrowed list exactly; of a whole table that is large, PostgreSQL's own estimate is
    near enough, and is had without reading the table."""

    LARGE = 10_000

    @cached_property
    def count(self) -> int:
        query = getattr(self.object_list, "query", None)
        if query is not None and not query.where and not query.distinct:
            estimate = self._estimate(query.get_meta().db_table)
            if estimate >= self.LARGE:
                return estimate
        return int(super().count)

    def _estimate(self, table: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [table]
            )
            row = cursor.fetchone()
        return int(row[0]) if row else 0


class TracedAdmin(ModelAdmin):  # type: ignore[misc]
    """Every screen of ours stands on this: *History* shows the audit trail of the row."""

    paginator = EstimatingPaginator
    show_full_result_count = False

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        label, key = self.model._meta.label_lower, str(row.pk)
        entries = AuditEntry.objects.filter(target_type=label, target_id=key)
        typed = LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(self.model), object_id=key
        )
        context = {
            **self.admin_site.each_context(request),
            "title": _("What was done to it: %(row)s") % {"row": row},
            "entries": entries.select_related("actor", "seal").order_by("-id")[:_MOST_EVENTS],
            "typed": typed.select_related("user").order_by("-action_time")[:_MOST_EVENTS],
            "object": row,
            "opts": self.opts,
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/trail.html", context)


class ReadOnlyAdmin(TracedAdmin):
    """No adding, changing or deleting by form; what may happen to a row is an action that calls
    a service. `has_change_permission` stays true only for running those actions."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """For who may change what they act on; to look takes less."""
        offered: dict[str, Any] = super().get_actions(request)
        return offered if self.has_change_permission(request) else {}

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Nothing can be typed, so nothing offers to be saved."""
        nothing = dict.fromkeys(
            ("show_save", "show_save_and_continue", "show_save_and_add_another"), False
        )
        context = {**nothing, **(extra_context or {})}
        page: HttpResponse = super().changeform_view(request, object_id, form_url, context)
        return page

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """What is excluded is not shown either: Django would add it again for being read-only."""
        hidden = set(self.exclude or ())
        columns = [field.name for field in self.model._meta.fields if field.name not in hidden]
        return columns + list(self.readonly_fields)
