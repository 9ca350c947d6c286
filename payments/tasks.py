from datetime import timedelta

from payments.services import credits, earnings, ledger, orders, packages, refunds
from tutorme.core.queue import app

# Younger ones are still in the hands of the request that made them.
_PATIENCE = timedelta(minutes=1)


@app.task(name="payments.reconcile")
def reconcile() -> None:
    orders.reconcile(older_than=_PATIENCE, only_due=True)
    refunds.carry_out_open(older_than=_PATIENCE)


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
