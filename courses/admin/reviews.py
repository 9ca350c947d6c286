"""Where the site looks at courses before learners do, and what was published when."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from courses import documents
from courses.models import CourseReview, CourseVersion, LessonRevision
from courses.services import reviewing
from tutorme.core import bulk_admin
from tutorme.core.bulk import By
from tutorme.core.read_only_admin import ReadOnlyAdmin


class RejectionForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=2000, help_text=_("The author is told."))


@bulk_admin.action("course_reviews.approve", _("Approve and publish"))
def approve(row: CourseReview, by: By) -> None:
    reviewing.approve(review=row, actor_id=by.actor_id)


@bulk_admin.action("course_reviews.reject", _("Reject, with the reason"), asks=RejectionForm)
def reject(row: CourseReview, by: By) -> None:
    reviewing.reject(review=row, actor_id=by.actor_id, reason=by.given["reason"])


@admin.register(CourseReview)
class CourseReviewAdmin(ReadOnlyAdmin):
    list_display = ("course", "state", "submitted_by", "submitted_at", "decided_by", "changes")
    list_filter = ("state",)
    search_fields = ("course__title", "course__slug", "submitted_by__email")
    list_select_related = ("course", "submitted_by", "decided_by")
    ordering = ("-submitted_at",)
    exclude = ("snapshot",)
    readonly_fields = ("changes", "draft")
    actions = (approve, reject)

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
