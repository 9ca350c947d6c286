from datetime import timedelta

from django.utils import timezone

from payments.services import (
    compare_with_provider,
    credits,
    earnings,
    ledger,
    orders,
    packages,
    refunds,
    subscription_sweep,
)
from tutorme.core.queue import app

# Younger ones are still in the hands of the request that made them.
_COMPARED = timedelta(days=14)
_PATIENCE = timedelta(seconds=30)


@app.task(name="payments.reconcile")
def reconcile() -> None:
    orders.reconcile(older_than=_PATIENCE, only_due=True)
    refunds.carry_out_open(older_than=_PATIENCE)
    subscription_sweep.reconcile(only_due=True)


@app.task(name="payments.compare")
def compare() -> None:
    compare_with_provider.compare(since=timezone.now() - _COMPARED)


@app.task(name="payments.seal_ledger")
def seal_ledger() -> None:
    ledger.seal()


@app.task(name="payments.mature_earnings")
def mature_earnings() -> None:
    earnings.mature()


@app.task(name="payments.watch_endings")
def watch_endings() -> None:
    """Credit and packages: told before they end, ended when their day has come."""
    credits.warn_of_endings()
    credits.expire_due()
    packages.warn_of_endings()
    packages.expire_due()
