"""What authors and the site's staff are told about courses that are looked at first, learners about
a course that became another one, and whoever asked for a course that is there now."""

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from courses.events import CourseReviewed, CourseSubmitted, RenewalDue, WishAnswered
from courses.models import Course, CourseReview, CourseWish
from realtime.announcements import Announcement, Facts, Told, declare
from realtime.staff_news import who_may_act


def _review(review_id: UUID) -> CourseReview:
    return CourseReview.objects.select_related("course").defer("snapshot").get(pk=review_id)


def _staff(event: CourseSubmitted) -> list[Told]:
    review = _review(event.review_id)
    facts: Facts = {"course": review.course.title}
    url = reverse("admin:courses_coursereview_changelist") + "?state__exact=submitted"
    people = who_may_act("course-submitted")
    return [Told(pk, f"course-submitted:{review.pk}:{pk}", facts, url) for pk in people]


def _author(event: CourseReviewed) -> list[Told]:
    review = _review(event.review_id)
    if review.submitted_by_id is None:
        return []
    facts: Facts = {"course": review.course.title, "reason": review.reason}
    url = reverse("teach-course", args=[review.course.slug])
    return [Told(review.submitted_by_id, f"course-reviewed:{review.pk}", facts, url)]


def _approved(event: CourseReviewed) -> list[Told]:
    return _author(event) if event.approved else []


def _rejected(event: CourseReviewed) -> list[Told]:
    return [] if event.approved else _author(event)


def _finisher(event: RenewalDue) -> list[Told]:
    course = Course.objects.only("title", "slug").get(pk=event.course_id)
    facts: Facts = {"course": course.title, "version": event.version}
    url = reverse("courses-learn-course", args=[course.slug])
    return [Told(event.user_id, f"renewal:{event.enrollment_id}:{event.version}", facts, url)]


def _wisher(event: WishAnswered) -> list[Told]:
    """Nobody where the account, and the wish with it, is gone."""
    course = Course.objects.only("title", "slug").get(pk=event.course_id)
    words = CourseWish.objects.filter(pk=event.wish_id).values_list("words", flat=True)
    url = reverse("courses-course", args=[course.slug])
    told = [{"course": course.title, "words": each} for each in words]
    return [Told(event.user_id, f"wish:{event.wish_id}", facts, url) for facts in told]


declare(
    Announcement(
        kind="wish-answered",
        event=WishAnswered,
        who=_wisher,
        title=_("There is a course now: %(course)s"),
        body=_("You asked for “%(words)s”."),
    )
)
declare(
    Announcement(
        kind="course-renewal",
        event=RenewalDue,
        who=_finisher,
        title=_("%(course)s teaches something else now"),
        body=_("Learn what changed, and you get a certificate for version %(version)s."),
    )
)
declare(
    Announcement(
        kind="course-submitted",
        event=CourseSubmitted,
        who=_staff,
        title=_("To look over: %(course)s"),
        body=_("It was handed in for review."),
    )
)
declare(
    Announcement(
        kind="course-approved",
        event=CourseReviewed,
        who=_approved,
        title=_("%(course)s is published"),
        body=_("It was looked at and approved. Learners see it now."),
        mail="course_reviewed",
        action=_("Open the builder"),
    )
)
declare(
    Announcement(
        kind="course-rejected",
        event=CourseReviewed,
        who=_rejected,
        title=_("%(course)s was not published"),
        body=_("The reason given: %(reason)s"),
        mail="course_reviewed",
        action=_("Open the builder"),
    )
)
