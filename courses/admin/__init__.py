"""Courses in the admin: content is edited in the builder, what learners did can only be read."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from courses.admin import assessment as assessment
from courses.admin import motivation as motivation
from courses.admin import reviews as reviews
from courses.admin import wishes as wishes
from courses.documents import FACTS
from courses.errors import CourseNotReady
from courses.models import (
    Attempt,
    AttemptAnswer,
    Course,
    CourseRating,
    Enrollment,
    Lesson,
    LessonProgress,
    Question,
    RatingReport,
)
from courses.services import authoring, duplicating, featuring, ratings
from tutorme.core import bulk_admin
from tutorme.core.bulk import By
from tutorme.core.bulk_admin import ModerationForm
from tutorme.core.read_only_admin import ReadOnlyAdmin, TracedAdmin


class FactInline(TabularInline):  # type: ignore[misc]
    extra = 0
    can_delete = False
    show_change_link = True

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What the database sets may be shown too."""
        return self.fields

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LessonInline(FactInline):
    model = Lesson
    fields = ("position", "key", "title", "kind", "minutes", "is_free_preview", "is_published")
    ordering = ("position",)


@bulk_admin.action("courses.publish", _("Publish"))
def publish(course: Course, by: By) -> None:
    try:
        authoring.publish(course=course, actor_id=by.actor_id)
    except CourseNotReady as error:
        raise CourseNotReady(
            " ".join(map(str, error.extras["problems"])), **error.extras
        ) from error


@bulk_admin.action("courses.feature", _("Put before the others on the front page"))
def feature(course: Course, by: By) -> None:
    featuring.feature(course=course, actor_id=by.actor_id)


@bulk_admin.action("courses.stop_featuring", _("Put before the others no longer"))
def stop_featuring(course: Course, by: By) -> None:
    featuring.stop_featuring(course=course, actor_id=by.actor_id)


@bulk_admin.action(
    "courses.duplicate", _("Duplicate, as a draft of the same teacher"), destroys=True
)
def duplicate(course: Course, by: By) -> str:
    made = duplicating.duplicate(course=course, author=course.instructor, actor_id=by.actor_id)
    return str(_("the copy is %(slug)s") % {"slug": made.slug})


@bulk_admin.action("ratings.hide", _("Hide: it leaves the counts"), asks=ModerationForm)
def hide(row: CourseRating, by: By) -> None:
    ratings.hide(rating=row, hidden=True, actor_id=by.actor_id, **by.given)


@bulk_admin.action("ratings.show", _("Show again: it counts again"), asks=ModerationForm)
def show(row: CourseRating, by: By) -> None:
    ratings.hide(rating=row, hidden=False, actor_id=by.actor_id, **by.given)


@bulk_admin.action("rating_reports.uphold", _("Hide the review"))
def uphold(row: RatingReport, by: By) -> None:
    ratings.decide(report=row, hidden=True, actor_id=by.actor_id)


@bulk_admin.action("rating_reports.dismiss", _("Keep the review"))
def dismiss(row: RatingReport, by: By) -> None:
    ratings.decide(report=row, hidden=False, actor_id=by.actor_id)


@admin.register(Course)
class CourseAdmin(TracedAdmin):
    list_display = (
        *("title", "category", "difficulty", "price_shown", "state", "enrollment_count"),
        "featured_at",
    )
    list_filter = (
        *("state", ("featured_at", admin.EmptyFieldListFilter), "difficulty", "category"),
        "language",
    )
    search_fields = ("title", "slug", "instructor__email")
    list_select_related = ("instructor",)
    autocomplete_fields = ("instructor",)
    ordering = ("-id",)
    inlines = (LessonInline,)
    actions = (publish, feature, stop_featuring, duplicate)
    # What the builder, publishing, enrolling and counting write.
    readonly_fields = (
        *(name for name in FACTS if name not in ("price_minor", "currency")),
        "builder",
        "slug",
        "state",
        "version",
        "price_minor",
        "currency",
        "enrollment_count",
        *(f"rated_{stars}" for stars in range(1, 6)),
        "rating_rank",
        "lesson_count",
        "total_minutes",
        "published_at",
        "featured_at",
        "created_at",
        "updated_at",
    )

    @admin.display(description=_("builder"))
    def builder(self, course: Course) -> SafeString:
        href = reverse("teach-course", args=[course.slug])
        return format_html('<a href="{}">{}</a>', href, _("Open it in the builder"))

    @admin.display(description=_("price"), ordering="price_minor")
    def price_shown(self, course: Course) -> str:
        return course.price.localized()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Lesson)
class LessonAdmin(ReadOnlyAdmin):
    """What is published. It is edited in the builder, which publishing copies from."""

    list_display = ("title", "course", "kind", "position", "is_free_preview", "is_published")
    list_filter = ("kind", "is_free_preview", "is_published")
    search_fields = ("title", "key", "course__title")
    list_select_related = ("course",)
    ordering = ("course", "position")


@admin.register(Question)
class QuestionAdmin(ReadOnlyAdmin):
    """Read only by nature: an edit is a new version, which the author's files make."""

    list_display = ("key", "course", "number", "kind", "points", "retired_at")
    list_filter = ("kind", ("retired_at", admin.EmptyFieldListFilter))
    search_fields = ("key", "prompt", "item__course__title")
    list_select_related = ("item__course",)
    ordering = ("item", "number")

    @admin.display(description=_("course"))
    def course(self, question: Question) -> str:
        return str(question.item.course)


class ProgressInline(FactInline):
    model = LessonProgress
    fields = ("lesson", "seconds", "position", "completed_at")


@admin.register(Enrollment)
class EnrollmentAdmin(ReadOnlyAdmin):
    list_display = ("user", "course", "state", "percent", "completed_at", "created_at")
    list_filter = ("state",)
    search_fields = ("user__email", "course__title", "order__id")
    list_select_related = ("user", "course")
    ordering = ("-id",)
    inlines = (ProgressInline,)
    show_full_result_count = False


class AnswerInline(FactInline):
    model = AttemptAnswer
    fields = ("position", "question", "answer", "points")
    ordering = ("position",)


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    list_display = ("id", "learner", "lesson", "number", "state", "score", "max_score", "passed")
    list_filter = ("state", "passed")
    search_fields = ("enrollment__user__email", "lesson__title")
    list_select_related = ("enrollment__user", "lesson")
    ordering = ("-id",)
    inlines = (AnswerInline,)
    show_full_result_count = False

    @admin.display(description=_("learner"))
    def learner(self, attempt: Attempt) -> str:
        return str(attempt.enrollment.user)


class ReportInline(FactInline):
    model = RatingReport
    fields = ("reporter", "reason", "state", "created_at")


@admin.register(CourseRating)
class CourseRatingAdmin(ReadOnlyAdmin):
    list_display = ("course", "user", "rating", "is_hidden", "created_at")
    list_filter = ("is_hidden", "rating")
    search_fields = ("course__title", "user__email", "review")
    list_select_related = ("course", "user")
    ordering = ("-id",)
    inlines = (ReportInline,)
    actions = (hide, show)
    show_full_result_count = False


@admin.register(RatingReport)
class RatingReportAdmin(ReadOnlyAdmin):
    """The moderators' queue: what is open comes first, the oldest before the others."""

    list_display = ("reason", "review", "stars", "reporter", "state", "created_at")
    list_filter = ("state",)
    search_fields = ("reason", "rating__review", "reporter__email")
    list_select_related = ("rating", "reporter")
    ordering = ("decided_at", "created_at")
    actions = (uphold, dismiss)

    @admin.display(description=_("review"))
    def review(self, report: RatingReport) -> str:
        return report.rating.review[:120]

    @admin.display(description=_("stars"), ordering="rating__rating")
    def stars(self, report: RatingReport) -> int:
        return report.rating.rating
