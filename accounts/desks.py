"""The desks of the back office: what those may see and do who run a part of the site and not all of
it. A desk is a group by its name; what it may is said here, so that a release changes it and nobody
types it over. Superusers may everything and sit at none.

Keys are models by their label, values words of Django's model permissions: `view` opens the list
and the page, `change` the actions, `add` the form that gives something out.
"""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

_SEE, _DO = ("view",), ("view", "change")
_GIVE = ("view", "add", "change")

SUPPORT, MODERATION, FINANCE = "support", "moderation", "finance"
CONTENT, OPERATIONS = "content", "operations"
NAMES = {
    SUPPORT: _("Support: people, lessons, places, certificates"),
    MODERATION: _("Moderation: applications, reviews, reports"),
    FINANCE: _("Finance: orders, refunds, payouts, subscriptions, credit"),
    CONTENT: _("Content: courses, subjects, achievements, designs"),
    OPERATIONS: _("Operations: jobs, webhooks, mails, the trail"),
}

DESKS: dict[str, dict[str, tuple[str, ...]]] = {
    SUPPORT: {
        "accounts.user": _DO,
        "accounts.tutorprofile": _SEE,
        "accounts.authsession": _SEE,
        "booking.booking": _DO,
        "booking.bookingchange": _SEE,
        "booking.meeting": _DO,
        "booking.series": _SEE,
        "booking.groupsession": _SEE,
        "booking.moveproposal": _SEE,
        "booking.waitlistentry": _SEE,
        "booking.presence": _SEE,
        "booking.schedule": _SEE,
        "booking.calendarconnection": _DO,
        "courses.enrollment": _SEE,
        "courses.lessonprogress": _SEE,
        "certificates.certificate": _DO,
        "certificates.completion": _DO,
        "certificates.delivery": _SEE,
        "certificates.learner": _DO,
        "certificates.learnerimport": _DO,
        "certificates.importrow": _SEE,
        "payments.order": _SEE,
        "payments.subscription": _SEE,
        "realtime.maildelivery": _DO,
        "realtime.notification": _SEE,
        "realtime.suppression": _DO,
    },
    MODERATION: {
        "accounts.tutorreview": _DO,
        "accounts.tutorprofile": _DO,
        "accounts.tutorpaper": _SEE,
        "booking.lessondispute": _DO,
        "booking.lessonreview": _DO,
        "booking.reviewreport": _DO,
        "courses.courserating": _DO,
        "courses.ratingreport": _DO,
        "courses.thread": _SEE,
        "courses.post": _SEE,
        "courses.postreport": _DO,
        "realtime.messagereport": _DO,
    },
    FINANCE: {
        "payments.order": _DO,
        "payments.ordertransition": _SEE,
        "payments.captureattempt": _SEE,
        "payments.refund": _DO,
        "payments.subscription": _DO,
        "payments.subscriptionperiod": _DO,
        "payments.subscriptionrefund": _DO,
        "payments.ledgertransaction": _SEE,
        "payments.ledgerentry": _SEE,
        "payments.ledgeraccount": _SEE,
        "payments.earning": _DO,
        "payments.payoutbatch": _DO,
        "payments.payoutitem": _SEE,
        "payments.payoutapproval": _SEE,
        "payments.payoutmethod": _DO,
        "payments.package": _SEE,
        "payments.packageoffer": _DO,
        "payments.document": _SEE,
        "payments.dispute": _DO,
        "payments.coupon": _GIVE,
        "payments.creditlot": _GIVE,
    },
    CONTENT: {
        "accounts.subject": _GIVE,
        "courses.course": _DO,
        "courses.lesson": _SEE,
        "courses.question": _SEE,
        "courses.coursereview": _DO,
        "courses.courseversion": _SEE,
        "courses.lessonrevision": _SEE,
        "courses.coursewish": _DO,
        "courses.achievement": _GIVE,
        "certificates.certificatetemplate": _GIVE,
        "ai.draft": _DO,
        "ai.run": _SEE,
    },
    OPERATIONS: {
        "core.job": _DO,
        "core.bulkrow": _SEE,
        "core.outboxevent": _SEE,
        "core.outboxdelivery": _DO,
        "core.inboxmessage": _DO,
        "core.auditentry": _SEE,
        "core.reportexport": _SEE,
        "webhooks.endpoint": _DO,
        "webhooks.delivery": _DO,
        "realtime.maildelivery": _DO,
        "video.room": _DO,
    },
}


def holding(permission: str) -> list[str]:
    """The desks that have it."""
    return [desk for desk in DESKS if permission in permissions([desk])]


def permissions(desks: Iterable[str]) -> set[str]:
    """As Django names them: `payments.change_order`. A group that is no desk has none of these."""
    return {
        f"{app}.{word}_{model}"
        for desk in desks
        for label, words in DESKS.get(desk, {}).items()
        for app, model in [label.split(".")]
        for word in words
    }
