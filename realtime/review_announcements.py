"""What whoever wrote a review, and whom it is about, are told when an admin hides it or shows it
again."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from booking.events import TutorReviewModerated
from booking.models import LessonReview
from courses.events import RatingModerated
from courses.models import CourseRating
from realtime.announcements import Announcement, Facts, Told, declare


def _of_a_tutor(event: TutorReviewModerated) -> list[Told]:
    """Nobody where its author took it away meanwhile."""
    rows = LessonReview.objects.filter(pk=event.review_id).select_related("tutor", "student")
    return [
        Told(
            user_id,
            f"{event.name}:{event.notice_id}:{user_id}",
            _facts(event, row.student.display_name, row.tutor.display_name),
            reverse("tutor-reviews", args=[row.tutor.username.lower()]),
        )
        for row in rows
        for user_id in (row.student_id, row.tutor_id)
    ]


def _of_a_course(event: RatingModerated) -> list[Told]:
    rows = CourseRating.objects.filter(pk=event.rating_id).select_related("course", "user")
    return [
        Told(
            user_id,
            f"{event.name}:{event.notice_id}:{user_id}",
            _facts(event, row.user.display_name, row.course.title),
            reverse("courses-course", args=[row.course.slug]),
        )
        for row in rows
        for user_id in (row.user_id, row.course.instructor_id)
    ]


def _facts(event: TutorReviewModerated | RatingModerated, author: str, about: str) -> Facts:
    verdict = "hidden" if event.hidden else "shown"
    return {"author": author, "about": about, "reason": event.reason, "verdict": verdict}


_TITLES = {"hidden": _("A review is hidden"), "shown": _("A review is shown again")}
_BODIES = {
    "hidden": _("What %(author)s wrote about %(about)s is shown no more and does not count."),
    "shown": _("What %(author)s wrote about %(about)s is shown again and counts."),
}


def _words(facts: Facts) -> Facts:
    verdict = facts["verdict"]
    return {**facts, "title": str(_TITLES[verdict]), "body": str(_BODIES[verdict] % facts)}


for _kind, _event, _who in (
    ("tutor-review-moderated", TutorReviewModerated, _of_a_tutor),
    ("rating-moderated", RatingModerated, _of_a_course),
):
    declare(
        Announcement(
            kind=_kind,
            event=_event,
            who=_who,
            title=_("%(title)s"),
            body=_("%(body)s %(reason)s"),
            action=_("See it"),
            read_as=_words,
        )
    )
