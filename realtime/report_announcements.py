"""What moderators are told: somebody finds that words of somebody else should not stand."""

from collections.abc import Callable

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from booking.events import TutorReviewReported
from courses.events import PostReported, RatingReported
from realtime.announcements import Announcement, Told, declare
from realtime.staff_news import who_may_act

Reported = TutorReviewReported | RatingReported | PostReported


def _moderators(kind: str, screen: str) -> Callable[[Reported], list[Told]]:
    """They decide in the list, where the open ones are."""

    def who(event: Reported) -> list[Told]:
        url = reverse(f"admin:{screen}_changelist") + "?state__exact=open"
        key = f"{kind}:{event.report_id}"
        return [Told(pk, f"{key}:{pk}", {}, url) for pk in who_may_act(kind)]

    return who


for _kind, _event, _screen, _title in (
    (
        "review-reported",
        TutorReviewReported,
        "booking_reviewreport",
        _("A review of a tutor was reported"),
    ),
    (
        "rating-reported",
        RatingReported,
        "courses_ratingreport",
        _("A review of a course was reported"),
    ),
    (
        "post-reported",
        PostReported,
        "courses_postreport",
        _("A question or an answer was reported"),
    ),
):
    declare(
        Announcement(
            kind=_kind,
            event=_event,
            who=_moderators(_kind, _screen),
            title=_title,
            body=_("Somebody says it should not have been written. Look at it."),
        )
    )
