"""Who sees the rows of money."""

from tutorme.core.row_walls import ME, Closed, Open, Walled, declare, own, through

_OF_ORDER = through("order_id", "payments_order")
_OF_PERIOD = through("period_id", "payments_subscriptionperiod")

declare(
    Walled("payments_order", f"buyer_id = {ME} OR payee_id = {ME}", staff=True),
    Walled("payments_ordertransition", _OF_ORDER, staff=True),
    Walled("payments_captureattempt", _OF_ORDER, staff=True),
    Walled("payments_refund", _OF_ORDER, staff=True),
    Walled("payments_dispute", f"{_OF_ORDER} OR {_OF_PERIOD}", staff=True),
    Walled(
        "payments_document",
        f"{_OF_ORDER} OR {through('refund_id', 'payments_refund')} OR {_OF_PERIOD}"
        f" OR {through('period_refund_id', 'payments_subscriptionrefund')}",
        staff=True,
    ),
    Closed("payments_documentseries", "the next number of a receipt"),
    Walled("payments_billingdetails", own("user_id"), staff=True),
    Walled("payments_earning", own("payee_id"), staff=True),
    Walled("payments_payoutmethod", own("user_id"), staff=True),
    Walled("payments_payoutitem", own("payee_id"), staff=True),
    # Whoever gets a part of it sees when it went.
    Walled(
        "payments_payoutbatch",
        "EXISTS (SELECT 1 FROM payments_payoutitem AS i"
        " WHERE i.batch_id = payments_payoutbatch.id)",
        staff=True,
    ),
    Walled("payments_payoutapproval", "false", staff=True),
    Walled("payments_ledgeraccount", own("owner_id"), staff=True),
    Walled("payments_ledgerentry", through("account_id", "payments_ledgeraccount"), staff=True),
    Walled(
        "payments_ledgertransaction",
        "EXISTS (SELECT 1 FROM payments_ledgerentry AS e"
        " WHERE e.transaction_id = payments_ledgertransaction.id)",
        staff=True,
    ),
    Walled("payments_ledgerseal", "false", staff=True),
    Walled("payments_ledgerunsealed", "false", staff=True),
    Walled("payments_coupon", own("owner_id"), staff=True),
    Walled(
        "payments_couponuse",
        f"buyer_id = {ME} OR {through('coupon_id', 'payments_coupon')}",
        staff=True,
    ),
    Walled("payments_creditlot", own("owner_id"), staff=True),
    Walled("payments_credituse", through("lot_id", "payments_creditlot"), staff=True),
    Open("payments_creditpack", "a price list"),
    Walled("payments_package", f"buyer_id = {ME} OR seller_id = {ME}", staff=True),
    Walled("payments_packageuse", through("package_id", "payments_package"), staff=True),
    Open("payments_packageoffer", "a price list"),
    Open("payments_plan", "a price list"),
    Open("payments_planversion", "a price list"),
    Open("payments_commissionschedule", "what the site keeps, which tutors are told"),
    Walled("payments_subscription", own("user_id"), staff=True),
    Walled(
        "payments_subscriptionperiod",
        through("subscription_id", "payments_subscription"),
        staff=True,
    ),
    Walled("payments_subscriptionrefund", _OF_PERIOD, staff=True),
    Walled(
        "payments_subscriptiontransition",
        through("subscription_id", "payments_subscription"),
        staff=True,
    ),
    Walled("payments_owedcapture", through("subscription_id", "payments_subscription"), staff=True),
)
