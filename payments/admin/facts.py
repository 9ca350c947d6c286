"""Rows that are never typed over, with amounts as people read them."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import TabularInline

from tutorme.core.money import Money
from tutorme.core.read_only_admin import ReadOnlyAdmin

_MINOR = "_minor"


def amounts(model: type[Model]) -> list[str]:
    """The columns of minor units, of a model that says their currency."""
    names = [field.name for field in model._meta.fields]
    has_currency = "currency" in names or hasattr(model, "amount")
    return [name for name in names if name.endswith(_MINOR) and has_currency]


@cache
def readable(name: str) -> Callable[[Any], str]:
    """A column of minor units as money: one and the same function for a name, since the admin
    compares what it shows with what it leaves out."""
    title = name.removesuffix(_MINOR)

    def shown(row: Any) -> str:
        minor = getattr(row, name)
        currency = getattr(row, "currency", None) or row.amount.currency
        return Money(minor, currency).localized() if minor is not None else "-"

    shown.__name__ = title
    shown.short_description = title.replace("_", " ")  # type: ignore[attr-defined]
    return shown


def columns(model: type[Model], names: list[str]) -> list[Any]:
    minor = set(amounts(model))
    return [readable(name) if name in minor else name for name in names]


class MoneyAdmin(ReadOnlyAdmin):
    """Facts about money: read, traced, moved by actions."""

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*(super().get_exclude(request, obj) or ()), *amounts(self.model)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return columns(self.model, super().get_readonly_fields(request, obj))


class FactInline(TabularInline):  # type: ignore[misc]
    extra = 0
    can_delete = False
    hide_title = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*(super().get_exclude(request, obj) or ()), *amounts(self.model)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        named = list(self.fields or [field.name for field in self._shown()])
        return columns(self.model, named)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return self.get_readonly_fields(request, obj)

    def _shown(self) -> list[Any]:
        """All but the key and the way back to the row this stands under."""
        hidden = {self.fk_name, self.model._meta.pk.name}
        parents = {self.parent_model}
        return [
            field
            for field in self.model._meta.fields
            if field.name not in hidden and field.related_model not in parents
        ]
