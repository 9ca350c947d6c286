from payments.services import orders, refunds
from tutorme.core.queue import app


@app.task(name="payments.reconcile")
def reconcile() -> None:
    orders.reconcile()
    refunds.carry_out_open()
