"""What each kind of news is called where people decide about it, and under which heading."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from realtime import announcements, staff_news
from realtime.announcements import Announcement

TextLike = str | Promise

# By the app whose events a kind follows; in this order on the page.
AREAS: dict[str, TextLike] = {
    "realtime": _("Messages"),
    "booking": _("Lessons with a tutor"),
    "video": _("Rooms"),
    "courses": _("Courses"),
    "certificates": _("Certificates"),
    "ai": _("Drafts"),
    "payments": _("Money"),
    "webhooks": _("Webhooks"),
    "accounts": _("Account"),
}
LABELS: dict[str, TextLike] = {
    "message": _("Somebody writes to you"),
    "message-reported": _("Somebody reports a message"),
    "review-reported": _("Somebody reports a review of a tutor"),
    "rating-reported": _("Somebody reports a review of a course"),
    "post-reported": _("Somebody reports a question or an answer"),
    "digest": _("Your mails, gathered into one"),
    "welcome": _("Welcome"),
    "report-ready": _("A report you asked for is ready"),
    "booking-requested": _("A student asks for a lesson"),
    "booking-confirmed": _("A lesson is confirmed"),
    "booking-declined": _("A tutor cannot give a lesson"),
    "booking-lost": _("A time you were paying for is gone"),
    "booking-moved": _("A lesson is moved"),
    "booking-cancelled": _("A lesson is cancelled"),
    "lesson-tomorrow": _("A lesson is tomorrow"),
    "lesson-soon": _("A lesson begins in an hour"),
    "review-asked": _("How was your lesson?"),
    "tutor-missed": _("The tutor did not come"),
    "student-missed": _("The student did not come"),
    "lesson-disputed": _("A lesson of yours is being looked into"),
    "dispute-opened": _("A lesson to decide about"),
    "dispute-decided": _("It is decided about a lesson of yours"),
    "move-proposed": _("Somebody would like another time"),
    "move-declined": _("The other time does not suit"),
    "waitlist-offered": _("A time you wait for is free"),
    "tutor-review-written": _("Somebody wrote a review of you"),
    "review-answered": _("A tutor answered your review"),
    "tutor-review-moderated": _("A review by you or about you is hidden or shown again"),
    "calendar-broken": _("A calendar does not let us in"),
    "calendar-unseen": _("A calendar was not seen for a day"),
    "room-invitation": _("Somebody opens a room for you"),
    "room-started": _("Somebody waits in a room"),
    "enrolled": _("You are enrolled"),
    "course-completed": _("You completed a course"),
    "achievement": _("You earned an achievement"),
    "achievement-backfilled": _("An achievement went to those who had it earned"),
    "nudge": _("A teacher thinks of you"),
    "rating-moderated": _("A review of a course is hidden or shown again"),
    "certificate-issued": _("A certificate is ready"),
    "attempt-to-mark": _("Open answers to mark"),
    "submission-to-mark": _("Work to mark"),
    "appeal-opened": _("Somebody appeals against a mark"),
    "attempt-marked": _("Your answers are marked"),
    "attempt-regraded": _("Your points rose"),
    "attempt-read-again": _("Answers were read again in your favour"),
    "appeal-decided": _("Your appeal is decided"),
    "submission-marked": _("Your work came back"),
    "question-asked": _("A question under a lesson of yours"),
    "question-answered": _("An answer to your question"),
    "handover-answered": _("A tutor wrote back where you were stuck"),
    "course-renewal": _("A course you completed teaches something else"),
    "wish-answered": _("A course you asked for is there"),
    "course-submitted": _("A course to look over"),
    "course-approved": _("Your course was approved"),
    "course-rejected": _("Your course was not approved"),
    "learners-imported": _("Your list of learners is written"),
    "ai-outline-ready": _("The outline of a draft is ready"),
    "ai-draft-ready": _("A draft is written"),
    "ai-draft-stopped": _("A draft stopped"),
    "subscription-payment-disputed": _("A payer complains about a subscription at PayPal"),
    "payment-disputed": _("A payer complains at PayPal"),
    "payment-marked": _("A payment is marked as disputed"),
    "payout-proposed": _("A payout waits for approval"),
    "refund-proposed": _("A refund waits for approval"),
    "subscription-refund-proposed": _("A refund of a subscription waits for approval"),
    "payout-paid": _("A payout is on its way"),
    "credit-ending": _("Credit is about to end"),
    "package-ending": _("A package is about to end"),
    "admin-proposed": _("Somebody is to become an admin"),
    "tutor-submitted": _("Somebody wants to teach"),
    "paper-asked": _("We would like to see a paper of yours"),
    "tutor-reviewed": _("Your tutor page was looked at"),
    "subscription-activated": _("Your subscription runs"),
    "subscription-changed": _("Your plan changes"),
    "webhook-disabled": _("A webhook was switched off"),
}
# To an address somebody gave, not to an account: there is nobody to ask.
LETTERS = frozenset(
    {
        "certificate-for-contact",
        "certificate-for-learner",
        "certificate-revoked",
        "member-invited",
    }
)


@dataclass(frozen=True)
class Kind:
    name: str
    label: str
    area: str
    has_page: bool
    # Where nothing was decided.
    mails: bool


def choosable(user: User) -> list[Kind]:
    """What they can decide about, in the order of the page; of the back office's news what is
    theirs."""
    return [row for row in every() if staff_news.is_for(user, row.name)]


def every() -> list[Kind]:
    """What somebody can decide about, in the order of the page."""
    rows = [
        _kind(each)
        for each in announcements.all_announcements()
        if not each.is_essential and each.kind not in LETTERS
    ]
    order = list(AREAS)
    return sorted(rows, key=lambda row: order.index(row.area))


def _kind(announcement: Announcement) -> Kind:
    name = announcement.kind
    area = announcement.event.__module__.partition(".")[0]
    label = str(LABELS[name])
    known = area if area in AREAS else "accounts"
    return Kind(name, label, known, announcement.in_page, bool(announcement.mail))
