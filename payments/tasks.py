from datetime import timedelta

from payments.services import orders, refunds
from tutorme.core.queue import app

# Younger ones are still in the hands of the request that made them.
_PATIENCE = timedelta(minutes=1)


@app.task(name="payments.reconcile")
def reconcile() -> None:
    orders.reconcile(older_than=_PATIENCE, only_due=True)
    refunds.carry_out_open(older_than=_PATIENCE)
