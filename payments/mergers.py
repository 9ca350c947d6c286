"""What becomes of money's rows where two accounts become one. What was bought moves with its
orders; credit moves through the books, since a ledger account never changes hands."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments.models import (
    BillingDetails,
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
from payments.models.orders import OPEN_STATES
from payments.models.subscriptions import LIVE_STATES
from payments.services import credits
from tutorme.core.merging import Clashes, Moves, Refuses, Stays, Two, declare, step

_EARNED = Refuses(_("It earned money here. Two sets of earnings and payouts are never made one."))
_ACT = Stays("who did it is a fact")

declare(
    Order,
    "buyer_id",
    Refuses(_("A payment of it is under way."), Q(state__in=OPEN_STATES)),
    Moves(),
)
declare(Order, "payee_id", _EARNED)
declare(Earning, "payee_id", _EARNED)
declare(PayoutItem, "payee_id", _EARNED)
declare(PayoutMethod, "user_id", _EARNED)
declare(PackageOffer, "seller_id", _EARNED)
declare(Package, "seller_id", _EARNED)
declare(Coupon, "owner_id", _EARNED)
declare(Package, "buyer_id", Moves())
declare(Package, "ended_by_id", _ACT)
declare(CouponUse, "buyer_id", Moves())
declare(
    Subscription,
    "user_id",
    Clashes(
        _("Both have a subscription that runs: cancel one of them."), only=Q(state__in=LIVE_STATES)
    ),
    Moves(),
)
declare(LedgerAccount, "owner_id", Stays("a ledger account does not change hands"))
declare(CreditLot, "owner_id", Moves())
declare(BillingDetails, "user_id", Stays("what the kept account has of its own counts"))
declare(Coupon, "created_by_id", _ACT)
declare(Dispute, "opened_by_id", _ACT)
declare(CreditLot, "granted_by_id", _ACT)
declare(CommissionSchedule, "created_by_id", _ACT)
declare(PayoutBatch, "requested_by_id", _ACT)
declare(PayoutApproval, "approved_by_id", _ACT)
declare(Refund, "requested_by_id", _ACT)
declare(Refund, "decided_by_id", _ACT)
declare(SubscriptionRefund, "requested_by_id", _ACT)
declare(SubscriptionRefund, "decided_by_id", _ACT)


def _balances(two: Two) -> int:
    return credits.balances(two.closed).count()


@step(_("balances of credit"), _balances)
def hand_over_credit(two: Two) -> None:
    credits.hand_over(giver_id=two.closed, taker_id=two.kept)
