"""Why a payout did not arrive, in words for whoever waited for it. PayPal's codes of payout items
(developer.paypal.com/payouts/view-transactions); statuses that came without one are theirs too."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TextLike = str | Promise

_NOT_YOURS = _("PayPal could not send it for a reason on our side. We are looking into it.")
_ASK_PAYPAL = _("Ask PayPal what is open on your account, then ask for the payout again.")
_UNCLAIMED = _(
    "Nobody with a PayPal account took it within thirty days. Check the address, or open an "
    "account with it."
)

FAILURES: dict[str, TextLike] = {
    "RECEIVER_UNREGISTERED": _(
        "No PayPal account has this address. Open one with it, or change the address."
    ),
    "RECEIVER_UNCONFIRMED": _(
        "This address is not confirmed at PayPal. Confirm it there, then ask for the payout again."
    ),
    "RECEIVER_ACCOUNT_LOCKED": _(
        "Your PayPal account is locked or not active. Put it right with PayPal, or change the "
        "address."
    ),
    "RECEIVER_COUNTRY_NOT_ALLOWED": _(
        "PayPal does not send payouts to the country of your PayPal account."
    ),
    "USER_COUNTRY_NOT_ALLOWED": _(
        "PayPal does not send payouts to the country of your PayPal account."
    ),
    "RECEIVING_LIMIT_EXCEEDED": _(
        "Your PayPal account may not receive this much now. PayPal says how to raise its limit."
    ),
    "RECEIVER_REFUSED": _("It was turned down in your PayPal account."),
    "RISK_DECLINE": _("PayPal declined it to be on the safe side and does not say more."),
    "PENDING_RECIPIENT_NON_HOLDING_CURRENCY_PAYMENT_PREFERENCE": _(
        "Your PayPal account wants to be asked about this currency: accept the payment there."
    ),
    "SELF_PAY_NOT_ALLOWED": _("The address is our own at PayPal. Change it to yours."),
    "INSUFFICIENT_FUNDS": _NOT_YOURS,
    "SENDER_ACCOUNT_LOCKED": _NOT_YOURS,
    "SENDER_ACCOUNT_UNVERIFIED": _NOT_YOURS,
    "SPENDING_LIMIT_EXCEEDED": _NOT_YOURS,
    "USER_FUNDING_SOURCE_INELIGIBLE": _NOT_YOURS,
    "UNCLAIMED": _UNCLAIMED,
    "RETURNED": _UNCLAIMED,
    "DENIED": _("PayPal declined it and does not say more."),
    "REFUNDED": _("It was sent back from your PayPal account."),
    "REVERSED": _("PayPal took it back."),
    "CANCELED": _("It was cancelled before anybody took it."),
}


def why(code: str) -> TextLike:
    """A code nobody translated says nothing to its reader: they are sent to who knows."""
    return FAILURES.get(code, _ASK_PAYPAL)
