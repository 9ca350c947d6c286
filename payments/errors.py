from django.utils.translation import gettext_lazy as _

from tutorme.core.errors import DomainError


class NothingToSell(DomainError):
    code = "nothing-to-sell"
    title = _("This cannot be bought")
    status = 422
    explanation = _("Its kind is unknown, or it is not for sale.")


class NotApproved(DomainError):
    code = "payment-not-approved"
    title = _("The payment was not approved yet")
    status = 409
    explanation = _("Approve it at the payment provider first, then it can be captured.")


class PaymentDeclined(DomainError):
    code = "payment-declined"
    title = _("The payment was declined")
    status = 402
    explanation = _("No money moved. Choose another way to pay at the provider and try again.")


class OrderClosed(DomainError):
    code = "order-closed"
    title = _("This order is closed")
    status = 409
    explanation = _("It expired, was cancelled or is being looked at. Start a new one.")


class ReviewStands(DomainError):
    code = "review-stands"
    title = _("This order cannot be accepted")
    status = 409
    explanation = _("It is not under review, or the provider's account of it still differs.")


class OrderBusy(DomainError):
    code = "order-busy"
    title = _("This order is being worked on")
    status = 409
    explanation = _("Another request is talking to the provider about it. Ask again in a second.")
    retry_after = 1


class RefundTooLarge(DomainError):
    code = "refund-too-large"
    title = _("More than is left to refund")
    status = 422
    explanation = _("Refunds of an order add up to what was captured at most.")


class NotRefundable(DomainError):
    code = "not-refundable"
    title = _("Nothing was captured that could be refunded")
    status = 409
    explanation = _("Only a captured payment can be refunded.")


class WebhookRefused(DomainError):
    code = "webhook-refused"
    title = _("This message is not from the provider")
    status = 400
    explanation = _("Its signature does not fit its content.")


class AlreadySubscribed(DomainError):
    code = "already-subscribed"
    title = _("You have a subscription")
    status = 409
    explanation = _("One at a time. Change its plan, or cancel it first.")


class PlanNotOffered(DomainError):
    code = "plan-not-offered"
    title = _("This plan is not offered")
    status = 422
    explanation = _("It is not on the price list today, or it is paid in another currency.")


class SubscriptionStands(DomainError):
    code = "subscription-stands"
    title = _("Its state does not allow this")
    status = 409
    explanation = _("Read the subscription again: it rests, has ended, or was changed meanwhile.")


class PausedBefore(DomainError):
    code = "paused-before"
    title = _("It was paused in this cycle already")
    status = 409
    explanation = _("A subscription can rest once between two payments.")


class CannotResume(DomainError):
    code = "cannot-resume"
    title = _("It cannot be taken up again")
    status = 409
    explanation = _("The provider closed it after failed payments. Cancel it and subscribe anew.")


class SubscriptionBusy(DomainError):
    code = "subscription-busy"
    title = _("This subscription is being worked on")
    status = 409
    explanation = _("Another request is talking to the provider about it. Ask again in a second.")
    retry_after = 1


class BalanceTooLow(DomainError):
    code = "balance-too-low"
    title = _("There is not enough on this account")
    status = 409
    explanation = _("It was spent or paid out meanwhile. Look at the balance and try again.")


class OwnThing(DomainError):
    code = "own-thing"
    title = _("This is yours already")
    status = 409
    explanation = _("Nobody buys from themselves.")


class CouponUnknown(DomainError):
    code = "coupon-unknown"
    title = _("There is no such coupon for this")
    status = 422
    explanation = _("Check the code. It may be for something else, not have begun, or be over.")


class CouponUsedUp(DomainError):
    code = "coupon-used-up"
    title = _("This coupon was used up")
    status = 409
    explanation = _("It works a set number of times, and that number is reached.")


class CouponBelowMinimum(DomainError):
    code = "coupon-below-minimum"
    title = _("The price is too low for this coupon")
    status = 422
    explanation = _("It works from a price on that the answer names.")


class RefundNotAllowed(DomainError):
    code = "refund-not-allowed"
    title = _("This cannot be given back by yourself any more")
    status = 409
    explanation = _("The terms you bought under have run out. Ask us if something went wrong.")


class SecondPersonNeeded(DomainError):
    code = "second-person-needed"
    title = _("Another person must decide this")
    status = 403
    explanation = _("Nobody approves what they asked for, what goes to them, or twice.")


class NotWaiting(DomainError):
    code = "not-waiting"
    title = _("This is not waiting for a decision")
    status = 409
    explanation = _("It was decided already, or has moved on.")


class PackageEmpty(DomainError):
    code = "package-empty"
    title = _("Nothing is left of this package")
    status = 409
    explanation = _("All of it was used, or it ended.")


class PackageOver(DomainError):
    code = "package-over"
    title = _("This package is over")
    status = 409
    explanation = _("It was ended, used up, or its time has run out.")


class PackageUnsettled(DomainError):
    code = "package-unsettled"
    title = _("Money of this package is still under way")
    status = 409
    explanation = _("A refund or a complaint about it is open. Wait until that is decided.")


class PayoutMethodMissing(DomainError):
    code = "payout-method-missing"
    title = _("No address to pay out to")
    status = 409
    explanation = _("Set your PayPal address first. After a change it waits before it is used.")


class BelowPayoutMinimum(DomainError):
    code = "below-payout-minimum"
    title = _("Too little to pay out")
    status = 409
    explanation = _("Payouts start at an amount that the answer names.")


class CouponCodeTaken(DomainError):
    code = "coupon-code-taken"
    title = _("This code is taken")
    status = 409
    explanation = _("Codes are one of a kind on the whole site. Choose another.")


class DocumentNotReady(DomainError):
    code = "document-not-ready"
    title = _("This paper is not there yet")
    status = 409
    explanation = _("It is made after the payment, usually within a minute.")
    retry_after = 5
