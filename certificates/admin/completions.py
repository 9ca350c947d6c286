"""What was completed, and whether there is a certificate of it; those that are missing are issued
here, many at a time."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from certificates.models import Completion
from certificates.services import catching_up
from tutorme.core import bulk_admin
from tutorme.core.bulk import By
from tutorme.core.bulk_admin import ReasonForm
from tutorme.core.read_only_admin import ReadOnlyAdmin


@bulk_admin.action(
    "completions.issue", _("Issue the certificates that are missing"), asks=ReasonForm
)
def issue(row: Completion, by: By) -> str:
    made = catching_up.issue(enrollment_id=row.pk, actor_id=by.actor_id, **by.given)
    return made.serial


class CertificateFilter(admin.SimpleListFilter):
    title = _("certificate")
    parameter_name = "certificate"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("missing", _("missing")), ("there", _("there"))]

    def queryset(self, request: HttpRequest, rows: QuerySet[Completion]) -> QuerySet[Completion]:
        if self.value() == "missing":
            return rows.filter(~Q(catching_up.HAS_ONE))
        return rows.filter(catching_up.HAS_ONE) if self.value() == "there" else rows


@admin.register(Completion)
class CompletionAdmin(ReadOnlyAdmin):
    list_display = ("user", "course", "completed_at", "completed_version", "has_certificate")
    list_filter = (CertificateFilter, "completed_at")
    search_fields = ("user__email", "course__title", "course__slug")
    list_select_related = ("user", "course")
    ordering = ("-completed_at",)
    actions = (issue,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Completion]:
        rows: QuerySet[Completion] = super().get_queryset(request)
        return rows.filter(completed_at__isnull=False).annotate(certified=catching_up.HAS_ONE)

    @admin.display(description=_("certificate"), boolean=True)
    def has_certificate(self, row: Completion) -> bool:
        return bool(row.certified)  # type: ignore[attr-defined]  # an annotation
