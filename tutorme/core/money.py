"""Money as integer minor units plus an ISO 4217 code.

The number of decimals follows PayPal's currency page, not ISO 4217: PayPal refuses decimals
for HUF, JPY and TWD, and TutorMe prices in what can be charged.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from babel.numbers import format_currency

CURRENCIES = (
    "AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS JPY MXN MYR NOK NZD PHP PLN SEK SGD THB "
    "TWD USD"
).split()
WITHOUT_DECIMALS = frozenset({"HUF", "JPY", "TWD"})
MAX_MINOR = 10**12


class CurrencyMismatch(ValueError):
    pass


def decimals(currency: str) -> int:
    return 0 if currency in WITHOUT_DECIMALS else 2


@dataclass(frozen=True, order=False)
class Money:
    minor: int
    currency: str

    def __post_init__(self) -> None:
        if self.currency not in CURRENCIES:
            raise ValueError(f"unknown currency {self.currency!r}")
        if abs(self.minor) > MAX_MINOR:
            raise ValueError("amount out of range")

    @classmethod
    def parse(cls, amount: str, currency: str) -> "Money":
        """From a decimal string as the API writes it; ValueError if it does not fit."""
        try:
            value = Decimal(amount)
        except InvalidOperation as error:
            raise ValueError(f"not an amount: {amount!r}") from error
        if not value.is_finite():
            raise ValueError(f"not an amount: {amount!r}")
        scaled = value.scaleb(decimals(currency))
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{currency} has {decimals(currency)} decimals")
        return cls(int(scaled), currency)

    @property
    def amount(self) -> str:
        digits = decimals(self.currency)
        return f"{Decimal(self.minor).scaleb(-digits):.{digits}f}"

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._same(other)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    def share(self, per_mille: int) -> "Money":
        """This many thousandths, rounded half up in minor units."""
        return Money((self.minor * per_mille * 2 + 1000) // 2000, self.currency)

    def as_json(self) -> dict[str, str]:
        return {"amount": self.amount, "currency": self.currency}

    def localized(self, locale: str = "en") -> str:
        """As people of that locale write it; whole amounts keep their decimals."""
        return _written(self.amount, self.currency, locale)

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency}")
        return other.minor


@lru_cache(maxsize=4096)
def _written(amount: str, currency: str, locale: str) -> str:
    """Babel takes longer over it than PostgreSQL over the row."""
    pattern = "¤#,##0" if decimals(currency) == 0 else None
    name = locale.replace("-", "_")
    return format_currency(Decimal(amount), currency, format=pattern, locale=name)
