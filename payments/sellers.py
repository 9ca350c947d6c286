"""Who sells what. The apps above register a price function for each kind of thing they sell, so
that payments asks for a price without knowing what a course is.

    @sells("course")
    def quote(target_id: UUID, buyer: User) -> Quote: ...
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from payments.errors import NothingToSell
from tutorme.core.money import Money


@dataclass(frozen=True)
class Quote:
    """`url` is where the buyer goes when it is theirs."""

    description: str
    price: Money
    payee_id: UUID | None
    url: str


Seller = Callable[[UUID, Any], Quote]
_sellers: dict[str, Seller] = {}


def sells(kind: str) -> Callable[[Seller], Seller]:
    def register(seller: Seller) -> Seller:
        _sellers[kind] = seller
        return seller

    return register


def quote(kind: str, target_id: UUID, buyer: Any) -> Quote:
    """Today's price for this buyer; raises what the seller raises when it cannot be bought."""
    seller = _sellers.get(kind)
    if seller is None:
        raise NothingToSell
    return seller(target_id, buyer)
