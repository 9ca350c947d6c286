"""The admin's way with facts: they can be read and searched, never typed over."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[misc]
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
