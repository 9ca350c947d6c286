"""Which news is whose in the back office: those are told who may do something about it."""

from uuid import UUID

from accounts.models import User

# Kinds of news, and what one must hold to act on it.
NEEDS = {
    "course-submitted": "courses.change_coursereview",
    "tutor-submitted": "accounts.change_tutorreview",
    "achievement-backfilled": "courses.change_achievement",
    "message-reported": "realtime.change_messagereport",
    "review-reported": "booking.change_reviewreport",
    "rating-reported": "courses.change_ratingreport",
    "post-reported": "courses.change_postreport",
    "dispute-opened": "booking.change_lessondispute",
    "payment-disputed": "payments.change_dispute",
    "subscription-payment-disputed": "payments.change_dispute",
    "payment-marked": "payments.change_dispute",
    "payout-proposed": "payments.change_payoutbatch",
    "refund-proposed": "payments.change_refund",
    "subscription-refund-proposed": "payments.change_subscriptionrefund",
    # No desk holds this one: superusers alone.
    "admin-proposed": "accounts.change_adminproposal",
}


def who_may_act(kind: str) -> list[UUID]:
    """Everybody it is for: admins, and the desks that hold what it needs."""
    return list(User.objects.who_may(NEEDS[kind]).values_list("pk", flat=True))


def is_for(user: User, kind: str) -> bool:
    """Whether this person is ever told of it; asks nothing about people outside the back office."""
    needed = NEEDS.get(kind)
    return needed is None or (user.is_staff and user.has_perm(needed))
