"""What PayPal writes, in our words."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import quote

from tutorme.core.gateways import GatewayUnavailable
from tutorme.core.money import Money


def segment(provider_id: str) -> str:
    """An id as one path segment: some come from outside, and none may name another path."""
    return quote(provider_id, safe="")


def money(fields: Mapping[str, str]) -> Money:
    """Payouts call the currency `currency`, everything else `currency_code`."""
    code = fields.get("currency_code") or fields["currency"]
    return Money.parse(fields["value"], code)


def written(amount: Money) -> dict[str, str]:
    return {"currency_code": amount.currency, "value": amount.amount}


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def link(answer: Mapping[str, Any], *names: str) -> str:
    """The address of the first of these relations; empty where none is there."""
    links = {row["rel"]: row["href"] for row in answer.get("links") or []}
    return next((links[name] for name in names if name in links), "")


@contextmanager
def readable(what: str) -> Iterator[None]:
    """An answer we cannot read says nothing about what happened: it is asked for again."""
    try:
        yield
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise GatewayUnavailable(f"paypal: {what} we cannot read ({error!r})") from error
