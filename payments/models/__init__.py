from payments.models.disputes import Dispute
from payments.models.orders import (
    OPEN_STATES,
    PAID_STATES,
    UNPAID_STATES,
    CaptureAttempt,
    Order,
    OrderTransition,
)
from payments.models.plans import Feature, Plan, PlanVersion
from payments.models.refunds import Refund
from payments.models.subscriptions import (
    ENDED_STATES,
    LIVE_STATES,
    OwedCapture,
    Subscription,
    SubscriptionPeriod,
    SubscriptionTransition,
)

__all__ = [
    "ENDED_STATES",
    "LIVE_STATES",
    "OPEN_STATES",
    "PAID_STATES",
    "UNPAID_STATES",
    "CaptureAttempt",
    "Dispute",
    "Feature",
    "Order",
    "OrderTransition",
    "OwedCapture",
    "Plan",
    "PlanVersion",
    "Refund",
    "Subscription",
    "SubscriptionPeriod",
    "SubscriptionTransition",
]
