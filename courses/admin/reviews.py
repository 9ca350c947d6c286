"""Where the site looks at courses before learners do, and what was published when."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.forms import ActionForm
from unfold.widgets import UnfoldAdminTextInputWidget

from courses import documents
from courses.models import CourseReview, CourseVersion, LessonRevision
from courses.services import reviewing
from tutorme.core.errors import DomainError
from tutorme.core.read_only_admin import ReadOnlyAdmin


class ReasonForm(ActionForm):  # type: ignore[misc]
    reason = forms.CharField(
        required=False,
        max_length=2000,
        label="",
        widget=UnfoldAdminTextInputWidget(
            attrs={
                "placeholder": _("Reason, for the author"),
                "aria-label": _("Reason for rejecting, which the author is told"),
            }
        ),
    )


@admin.register(CourseReview)
class CourseReviewAdmin(ReadOnlyAdmin):
    list_display = ("course", "state", "submitted_by", "submitted_at", "decided_by", "changes")
    list_filter = ("state",)
    search_fields = ("course__title", "course__slug", "submitted_by__email")
    list_select_related = ("course", "submitted_by", "decided_by")
    ordering = ("-submitted_at",)
    exclude = ("snapshot",)
    readonly_fields = ("changes", "draft")
    action_form = ReasonForm
    actions = ("approve", "reject")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        names = super().get_readonly_fields(request, obj)
        return [name for name in names if name != "snapshot"]

    @admin.display(description=_("what changes"))
    def changes(self, review: CourseReview) -> SafeString:
        """Against what is published now."""
        before = review.course.versions.order_by("-number").first()
        new = documents.published_part(review.snapshot)
        if before is None:
            titles = [(row["title"],) for row in documents.lessons_of(new)]
            return format_html("{}: {}", _("first version"), format_html_join(", ", "{}", titles))
        found = documents.changes_between(before.snapshot, new)
        rows = [(name, ", ".join(row["title"] for row in rows)) for name, rows in found.items()]
        return format_html_join("; ", "{}: {}", [row for row in rows if row[1]])

    @admin.display(description=_("the draft"))
    def draft(self, review: CourseReview) -> SafeString:
        """The builder, where staff read every lesson as learners will."""
        href = reverse("teach-course", args=[review.course.slug])
        return format_html('<a href="{}">{}</a>', href, review.course.title)

    @admin.action(description=_("Approve and publish"))
    def approve(self, request: HttpRequest, rows: QuerySet[CourseReview]) -> None:
        for review in rows.select_related("course"):
            try:
                reviewing.approve(review=review, actor_id=request.user.pk)
                messages.info(request, _("Published: %(title)s") % {"title": review.course})
            except DomainError as error:
                messages.error(request, f"{review.course}: {error.detail}")

    @admin.action(description=_("Reject, with the reason"))
    def reject(self, request: HttpRequest, rows: QuerySet[CourseReview]) -> None:
        reason = request.POST.get("reason", "").strip()
        if not reason:
            messages.error(request, _("Give a reason: the author is told."))
            return
        for review in rows.select_related("course"):
            try:
                reviewing.reject(review=review, actor_id=request.user.pk, reason=reason)
                messages.info(request, _("Rejected: %(title)s") % {"title": review.course})
            except DomainError as error:
                messages.error(request, f"{review.course}: {error.detail}")


@admin.register(CourseVersion)
class CourseVersionAdmin(ReadOnlyAdmin):
    list_display = ("course", "number", "author", "is_breaking", "note", "created_at")
    list_filter = ("is_breaking",)
    search_fields = ("course__title", "course__slug")
    list_select_related = ("course", "author")
    ordering = ("-id",)


@admin.register(LessonRevision)
class LessonRevisionAdmin(ReadOnlyAdmin):
    list_display = ("title", "course", "revision", "reason", "author", "created_at")
    list_filter = ("reason",)
    search_fields = ("title", "course__title")
    list_select_related = ("course", "author")
    ordering = ("-id",)
    show_full_result_count = False
