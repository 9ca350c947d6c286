"""Who sells what. The apps above register a price function for each kind of thing they sell, so
that payments asks for a price without knowing what a course is; and, where it can be given back,
the terms.

    @sells("course")
    def quote(target_id: UUID, buyer: User) -> Quote: ...

    @refunds("course")
    def terms(order: Order, now: datetime) -> Terms: ...

    @proves("course")
    def evidence(order: Order) -> list[str]: ...

    @secures("booking")
    def secure(target_id: UUID) -> None: ...
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
    `units` parts. `volume` is what commission tiers count (None: sales counted here);
    `commission_per_mille` overrides them, for what was agreed before. `begins_at` is when what is
    bought begins, `kept_until` when the offer of it ends; None where that is said nowhere.
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
    begins_at: datetime | None = None
    kept_until: datetime | None = None


@dataclass(frozen=True)
class Terms:
    """What a buyer gets back today: `minor` of what was paid, and until when that stands. `why` is
    the rule in the reader's words."""

    minor: int
    until: datetime | None
    why: str


Seller = Callable[[UUID, Any], Quote]
TermsOf = Callable[[Any, datetime], Terms]
Evidence = Callable[[Any], list[str]]
Secure = Callable[[UUID], None]
_sellers: dict[str, Seller] = {}
_terms: dict[str, TermsOf] = {}
_evidence: dict[str, Evidence] = {}
_secure: dict[str, Secure] = {}


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


def secures(kind: str) -> Callable[[Secure], Secure]:
    def register(secure: Secure) -> Secure:
        _secure[kind] = secure
        return secure

    return register


def secure(kind: str, target_id: UUID) -> None:
    """The seller's last word before money is asked for: raises a domain error where what was sold
    is not to be had any more. It may ask the world outside, so no transaction is open."""
    if last_word := _secure.get(kind):
        last_word(target_id)


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


def proves(kind: str) -> Callable[[Evidence], Evidence]:
    def register(evidence: Evidence) -> Evidence:
        _evidence[kind] = evidence
        return evidence

    return register


def evidence(order: Any) -> list[str]:
    """What its seller knows of it having been delivered, line by line."""
    found = _evidence.get(order.kind)
    return found(order) if found else []
