"""Fields and bases shared by all serializers: strict in, predictable out."""

import unicodedata
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from tutorme.core import zones
from tutorme.core.api.pagination import MAX_PAGE
from tutorme.core.money import CURRENCIES, Money

_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
# Bidirectional overrides and other characters that make a text show what it is not.
_SPOOFING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses members it does not declare: a field that is not the caller's is an error, never
    silently dropped."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            writable = {name for name, field in self.fields.items() if not field.read_only}
            unknown = sorted(str(key) for key in data if key not in writable)
            if unknown:
                raise serializers.ValidationError(
                    {name: [_("This is not a field you can set.")] for name in unknown},
                    code="unknown",
                )
        return super().to_internal_value(data)


class OutputSerializer(serializers.Serializer[Any]):
    """Declares a response for the schema; read paths build dictionaries of this shape."""


@cache
def page_of(row: type[serializers.Serializer[Any]]) -> type[OutputSerializer]:
    """The shape of a `CursorPage` of such rows; lists declare it as their answer."""
    members = {
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "results": row(many=True),
    }
    shape = type(f"{row.__name__.removesuffix('Out')}Page", (OutputSerializer,), members)
    # A list answers with one page, not with an array of pages.
    return extend_schema_serializer(many=False)(shape)


class SafeText(serializers.CharField):
    """Text without control or spoofing characters, in NFC."""

    def __init__(self, *, multiline: bool = False, **kwargs: Any) -> None:
        self._allowed = frozenset("\n\t") if multiline else frozenset()
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        text = unicodedata.normalize("NFC", data.replace("\r\n", "\n"))
        if any(is_forbidden(char) and char not in self._allowed for char in text):
            raise serializers.ValidationError(
                _("A character is not allowed here."), code="character"
            )
        return super().to_internal_value(text)


def is_forbidden(char: str) -> bool:
    return char in _SPOOFING or unicodedata.category(char) in {"Cc", "Cs", "Co", "Cn"}


@extend_schema_field({"type": "integer", "minimum": 1, "maximum": MAX_PAGE})
class PageSize(serializers.CharField):
    """As it was given: `CursorPage` reads it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_blank=True, **kwargs)


@extend_schema_field({"type": "string", "maxLength": 64, "examples": ["Europe/Paris"]})
class ZoneField(serializers.ChoiceField):
    """An IANA time zone name; a name that was replaced is kept as the one it became."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=(), **kwargs)

    def to_internal_value(self, data: Any) -> str:
        name = zones.canonical(data) if isinstance(data, str) else None
        if name is None:
            raise serializers.ValidationError(_("This is not a time zone."), code="time-zone")
        return name

    def to_representation(self, value: Any) -> str:
        return str(value)


class BoundedDateTime(serializers.DateTimeField):
    def to_internal_value(self, value: Any) -> datetime:
        moment: datetime = super().to_internal_value(value)
        if not _EARLIEST <= moment <= _LATEST:
            raise serializers.ValidationError(_("Give a date between 1970 and 2100."), code="range")
        return moment


class BoundedDate(serializers.DateField):
    def to_internal_value(self, value: Any) -> date:
        on: date = super().to_internal_value(value)
        if not _EARLIEST.date() <= on <= _LATEST.date():
            raise serializers.ValidationError(_("Give a date between 1970 and 2100."), code="range")
        return on


class MoneyField(serializers.Field[Money, Any, dict[str, str], Any]):
    """`{"amount": "25.00", "currency": "EUR"}`; not negative, decimals as the currency has them."""

    def to_internal_value(self, data: Any) -> Money:
        if not isinstance(data, dict) or set(data) != {"amount", "currency"}:
            raise serializers.ValidationError(_("Give amount and currency."), code="money")
        amount, currency = data["amount"], data["currency"]
        if not isinstance(amount, str) or currency not in CURRENCIES:
            raise serializers.ValidationError(
                _("Give amount as text and a known currency."), code="money"
            )
        try:
            money = Money.parse(amount, currency)
        except ValueError as error:
            raise serializers.ValidationError(str(error), code="money") from error
        if money.minor < 0:
            raise serializers.ValidationError(_("An amount cannot be negative."), code="money")
        return money

    def to_representation(self, value: Money) -> dict[str, str]:
        return value.as_json()
