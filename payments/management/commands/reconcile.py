"""Brings every payment whose end is not known up to the provider's truth, and then what apps above
hang on it. Safe to run twice, and twice at once."""

import json
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
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

_ALL = 10_000


class Command(BaseCommand):
    help = "Settles open orders, refunds, subscriptions and payouts, and what was booked with them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--older-than", type=int, default=0, metavar="SECONDS")
        parser.add_argument(
            "--compare", type=int, default=0, metavar="DAYS", help="read paid orders again, too"
        )
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *_args: Any, **options: Any) -> None:
        patience = timedelta(seconds=options["older_than"])
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
        if days := options["compare"]:
            since = timezone.now() - timedelta(days=days)
            found["compared"] = compare_with_provider.compare(since=since).as_json()
        if options["json"]:
            self.stdout.write(json.dumps(found))
            return
        for what, counts in found.items():
            for name, count in counts.items():
                self.stdout.write(f"{what} {name}: {count}")
