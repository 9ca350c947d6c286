"""Rows that belong to another and are never typed over."""

from typing import Any

from django.http import HttpRequest
from unfold.admin import TabularInline


class FactInline(TabularInline):  # type: ignore[misc]
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
