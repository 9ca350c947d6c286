from payments.models.orders import (
    OPEN_STATES,
    PAID_STATES,
    UNPAID_STATES,
    CaptureAttempt,
    Order,
    OrderTransition,
)
from payments.models.refunds import Refund

__all__ = [
    "OPEN_STATES",
    "PAID_STATES",
    "UNPAID_STATES",
    "CaptureAttempt",
    "Order",
    "OrderTransition",
    "Refund",
]
