"""Who sells what. The apps above register a price function for each kind of thing they sell, so
that payments asks for a price without knowing what a course is; and, where it can be given back,
the terms.

    @sells("course")
    def quote(target_id: UUID, buyer: User) -> Quote: ...

    @refunds("course")
    def terms(order: Order, now: datetime) -> Terms: ...
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from payments.errors import NothingToSell
from tutorme.core.money import Money


@dataclass(frozen=True)
class Quote:
    """`url` is where the buyer goes when it is theirs.

    `in_escrow`: the seller's share waits until `earnings.release` says a part was delivered;
    `units` parts. `volume` is what commission tiers count (a tutor's completed hours; None: sales
    counted here); `commission_per_mille` overrides them, for a trial.
    """

    description: str
    price: Money
    payee_id: UUID | None
    url: str
    in_escrow: bool = False
    units: int = 1
    volume: int | None = None
    commission_per_mille: int | None = None
    taxed: bool = True


@dataclass(frozen=True)
class Terms:
    """What a buyer gets back today: `minor` of what was paid, and until when that stands. `why` is
    the rule in the reader's words."""

    minor: int
    until: datetime | None
    why: str


Seller = Callable[[UUID, Any], Quote]
TermsOf = Callable[[Any, datetime], Terms]
_sellers: dict[str, Seller] = {}
_terms: dict[str, TermsOf] = {}


def sells(kind: str) -> Callable[[Seller], Seller]:
    def register(seller: Seller) -> Seller:
        _sellers[kind] = seller
        return seller

    return register


def refunds(kind: str) -> Callable[[TermsOf], TermsOf]:
    def register(terms: TermsOf) -> TermsOf:
        _terms[kind] = terms
        return terms

    return register


def quote(kind: str, target_id: UUID, buyer: Any) -> Quote:
    """Today's price for this buyer; raises what the seller raises when it cannot be bought."""
    seller = _sellers.get(kind)
    if seller is None:
        raise NothingToSell
    return seller(target_id, buyer)


def terms(order: Any, now: datetime) -> Terms | None:
    """What its seller would give back without asking; None where nobody said."""
    found = _terms.get(order.kind)
    return found(order, now) if found else None
