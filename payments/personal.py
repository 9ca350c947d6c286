"""What payments keep about people. Money's trail stays as the law wants it, under a pseudonym."""

from payments.models import (
    CommissionSchedule,
    Coupon,
    CouponUse,
    CreditLot,
    Dispute,
    Earning,
    LedgerAccount,
    Order,
    Package,
    PackageOffer,
    PayoutApproval,
    PayoutBatch,
    PayoutItem,
    PayoutMethod,
    Refund,
    Subscription,
    SubscriptionRefund,
)
from tutorme.core.personal import Blank, Delete, Keep, Table, declare

_MONEY = Keep("the trail of money names an account, and the account is a pseudonym")
_ACT = Keep("an admin's act")
# Why a seller ended it may speak of either of the two.
_UNSAID = Blank({"end_reason": ""})

declare(
    Table(Order, "buyer_id", Blank({"approve_url": ""})),
    Table(Order, "payee_id", _MONEY, is_exported=False),
    Table(CouponUse, "buyer_id", _MONEY),
    Table(CreditLot, "owner_id", _MONEY),
    Table(CreditLot, "granted_by_id", _ACT, is_exported=False),
    Table(Coupon, "owner_id", _MONEY),
    Table(Coupon, "created_by_id", _ACT, is_exported=False),
    Table(CommissionSchedule, "created_by_id", _ACT, is_exported=False),
    Table(Earning, "payee_id", _MONEY),
    Table(LedgerAccount, "owner_id", _MONEY),
    Table(Package, "buyer_id", _UNSAID),
    Table(Package, "seller_id", _UNSAID, is_exported=False),
    Table(Package, "ended_by_id", _UNSAID),
    Table(PackageOffer, "seller_id", _MONEY),
    Table(PayoutMethod, "user_id", Delete()),
    Table(PayoutItem, "payee_id", Blank({"email": "erased@erased.invalid"})),
    Table(PayoutBatch, "requested_by_id", _ACT, is_exported=False),
    Table(PayoutApproval, "approved_by_id", _ACT, is_exported=False),
    Table(Dispute, "opened_by_id", _ACT, is_exported=False),
    Table(Refund, "requested_by_id", _MONEY),
    Table(Refund, "decided_by_id", _ACT, is_exported=False),
    Table(SubscriptionRefund, "requested_by_id", _ACT, is_exported=False),
    Table(SubscriptionRefund, "decided_by_id", _ACT, is_exported=False),
    Table(Subscription, "user_id", Blank({"change_url": "", "approve_url": ""})),
)
