from payments.models.coupons import Coupon, CouponUse
from payments.models.credits import CreditLot, CreditPack, CreditUse
from payments.models.disputes import Dispute
from payments.models.documents import BillingDetails, Document, DocumentSeries
from payments.models.earnings import CommissionSchedule, Earning
from payments.models.ledger import (
    LedgerAccount,
    LedgerEntry,
    LedgerSeal,
    LedgerTransaction,
    LedgerUnsealed,
)
from payments.models.orders import (
    OPEN_STATES,
    PAID_STATES,
    UNPAID_STATES,
    CaptureAttempt,
    Order,
    OrderTransition,
)
from payments.models.packages import Package, PackageOffer, PackageUse
from payments.models.payouts import PayoutApproval, PayoutBatch, PayoutItem, PayoutMethod
from payments.models.plans import Feature, Plan, PlanVersion
from payments.models.refunds import Refund
from payments.models.subscriptions import (
    ENDED_STATES,
    LIVE_STATES,
    OwedCapture,
    Subscription,
    SubscriptionPeriod,
    SubscriptionRefund,
    SubscriptionTransition,
)

__all__ = [
    "ENDED_STATES",
    "LIVE_STATES",
    "OPEN_STATES",
    "PAID_STATES",
    "UNPAID_STATES",
    "BillingDetails",
    "CaptureAttempt",
    "CommissionSchedule",
    "Coupon",
    "CouponUse",
    "CreditLot",
    "CreditPack",
    "CreditUse",
    "Dispute",
    "Document",
    "DocumentSeries",
    "Earning",
    "Feature",
    "LedgerAccount",
    "LedgerEntry",
    "LedgerSeal",
    "LedgerTransaction",
    "LedgerUnsealed",
    "Order",
    "OrderTransition",
    "OwedCapture",
    "Package",
    "PackageOffer",
    "PackageUse",
    "PayoutApproval",
    "PayoutBatch",
    "PayoutItem",
    "PayoutMethod",
    "Plan",
    "PlanVersion",
    "Refund",
    "Subscription",
    "SubscriptionPeriod",
    "SubscriptionRefund",
    "SubscriptionTransition",
]
