"""Brings every payment whose end is not known up to the provider's truth, and then what apps above
hang on it. Safe to run twice, and twice at once."""

from argparse import ArgumentTypeError
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from payments.services import (
    compare_with_provider,
    ledger_check,
    orders,
    refunds,
    sending,
    subscription_refunds,
    subscription_sweep,
)
from tutorme.core import upkeep
from tutorme.core.management.operating import OperatorCommand

_ALL = 10_000
_DECADE_DAYS = 3650
_DECADE_S = _DECADE_DAYS * 86_400


def seconds(text: str) -> timedelta:
    return timedelta(seconds=_count(text, _DECADE_S))


def days(text: str) -> timedelta:
    return timedelta(days=_count(text, _DECADE_DAYS))


def _count(text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= most):
        raise ArgumentTypeError(f"is a whole number from 0 to {most}")
    return int(text)


class Command(OperatorCommand):
    help = "Settles open orders, refunds, subscriptions and payouts, and what was booked with them."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        nothing = timedelta()
        parser.add_argument("--older-than", type=seconds, default=nothing, metavar="SECONDS")
        parser.add_argument(
            "--compare", type=days, default=nothing, metavar="DAYS", help="read paid orders again"
        )

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        patience: timedelta = options["older_than"]
        found: dict[str, dict[str, int]] = {
            "orders": orders.reconcile(older_than=patience, limit=_ALL),
            "refunds": {"completed": refunds.carry_out_open(older_than=patience, limit=_ALL)},
            "subscriptions": {
                "refunded": subscription_refunds.carry_out_open(older_than=patience, limit=_ALL),
                **subscription_sweep.reconcile(limit=_ALL),
            },
            "payouts": sending.follow_open(only_due=False),
            "books": {"wrong": sum(1 for _problem in ledger_check.wrong_in_the_books())},
        }
        for chore in upkeep.chores(upkeep.Verb.RECONCILE):
            app, name = chore.name.split(".")
            found.setdefault(app, {})[name] = chore.work()
        if back := options["compare"]:
            since = timezone.now() - back
            found["compared"] = compare_with_provider.compare(since=since).as_json()
        return found

    def lines(self, found: dict[str, Any]) -> Iterator[str]:
        for what, counts in found.items():
            for name, count in counts.items():
                yield f"{what} {name}: {count}"

    def is_wrong(self, found: dict[str, Any]) -> str:
        """What could not be asked is not settled, and books that do not add up are never well."""
        if found["books"]["wrong"]:
            return "The books do not add up: `manage.py ledger_check` says where."
        unasked = [what for what, counts in found.items() if counts.get("unreachable")]
        return (
            f"The provider could not be asked about all: {', '.join(unasked)}." if unasked else ""
        )
