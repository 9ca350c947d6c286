"""Lists of learners: what was wrong with which line, and those whose work stopped."""

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from certificates.models import ImportRow, LearnerImport
from certificates.services import rerunning
from tutorme.core import bulk_admin
from tutorme.core.bulk import By
from tutorme.core.read_only_admin import ReadOnlyAdmin


@bulk_admin.action("imports.run_again", _("Run again what has stopped"))
def run_again(row: LearnerImport, by: By) -> None:
    rerunning.run_again(batch=row, actor_id=by.actor_id)


@admin.register(LearnerImport)
class ImportAdmin(ReadOnlyAdmin):
    list_display = (
        *("created_at", "course", "organization", "state", "rows", "bad_lines"),
        *("what_is_wrong", "work"),
    )
    list_select_related = ("course", "organization", "job")
    list_filter = ("state", "organization", "created_at")
    exclude = ("storage_key", "sha256")
    readonly_fields = ("bad_lines",)
    ordering = ("-created_at",)
    actions = (run_again,)

    @admin.display(description=_("lines with errors"), ordering="bad_rows")
    def bad_lines(self, row: LearnerImport) -> SafeString | str:
        if not row.bad_rows:
            return "0"
        url = reverse("admin:certificates_importrow_changelist")
        query = f"?batch__id__exact={row.pk}&outcome__exact=bad"
        return format_html('<a href="{}">{}</a>', url + query, row.bad_rows)

    @admin.display(description=_("wrong with the file"))
    def what_is_wrong(self, row: LearnerImport) -> str:
        return str((row.problem or {}).get("detail", ""))

    @admin.display(description=_("its work"))
    def work(self, row: LearnerImport) -> str:
        return row.job.state if row.job else "-"


@admin.register(ImportRow)
class ImportRowAdmin(ReadOnlyAdmin):
    """Each line as it was read, and what was found."""

    list_display = ("line", "name", "email", "website", "outcome", "problem", "column")
    list_filter = ("outcome", "problem")
    search_fields = ("name", "email", "batch__id")
    ordering = ("-batch", "line")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup == "batch__id__exact" or bool(super().lookup_allowed(lookup, value, request))
