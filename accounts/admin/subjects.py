"""The list of subjects: named, sorted into families, retired. None is deleted that somebody
teaches."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.models import Subject
from accounts.services import tutor_search
from tutorme.core.read_only_admin import TracedAdmin


@admin.register(Subject)
class SubjectAdmin(TracedAdmin):
    list_display = ("name", "family", "is_offered")
    list_filter = ("family", "is_offered")
    search_fields = ("name", "slug", "also")
    ordering = ("name",)

    def get_readonly_fields(self, request: HttpRequest, obj: Subject | None = None) -> list[str]:
        """The key stands in addresses and rows: it is chosen once."""
        return ["slug"] if obj else []

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else {"slug": ("name",)}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: Subject,
        form: Any,
        change: bool,  # noqa: FBT001  Django's signature
    ) -> None:
        super().save_model(request, obj, form, change)
        tutor_search.index_all(obj.tutor_rows.values_list("profile_id", flat=True))
