"""What became of lessons: disputes decided, reviews looked at, the rest to be read."""

from django import forms
from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin.confirmed import confirmed
from accounts.models import User
from booking.models import (
    GroupSession,
    LessonDispute,
    LessonReview,
    MoveProposal,
    Presence,
    Reminder,
    ReviewReport,
    Series,
    TutorStanding,
    WaitlistEntry,
)
from booking.services import disputes, reviews
from tutorme.core import bulk_admin
from tutorme.core.bulk import By
from tutorme.core.bulk_admin import ModerationForm
from tutorme.core.read_only_admin import ReadOnlyAdmin

_SHARES = [(str(n), f"{n}%") for n in (0, 25, 50, 75, 100)]


class DecisionForm(forms.Form):
    refund_percent = forms.TypedChoiceField(
        label=_("Back to the student"), choices=_SHARES, coerce=int
    )
    reason = forms.CharField(label=_("Reason, for both"), max_length=500)


@confirmed
@bulk_admin.action("disputes.decide", _("Decide: a share back to the student"), asks=DecisionForm)
def decide(row: LessonDispute, by: By) -> None:
    disputes.decide(
        dispute_id=row.pk,
        actor=User.objects.get(pk=by.actor_id),
        percent=by.given["refund_percent"],
        text=by.given["reason"],
    )


@bulk_admin.action("lesson_reviews.hide", _("Hide"), asks=ModerationForm)
def hide_review(row: LessonReview, by: By) -> None:
    reviews.hide(review_id=row.pk, hidden=True, actor_id=by.actor_id, **by.given)


@bulk_admin.action("lesson_reviews.show", _("Show again"), asks=ModerationForm)
def show_review(row: LessonReview, by: By) -> None:
    reviews.hide(review_id=row.pk, hidden=False, actor_id=by.actor_id, **by.given)


@bulk_admin.action("review_reports.hide", _("Hide the review"))
def uphold(row: ReviewReport, by: By) -> None:
    reviews.decide(report_id=row.pk, hidden=True, actor_id=by.actor_id)


@bulk_admin.action("review_reports.keep", _("Keep the review"))
def dismiss(row: ReviewReport, by: By) -> None:
    reviews.decide(report_id=row.pk, hidden=False, actor_id=by.actor_id)


@admin.register(LessonDispute)
class LessonDisputeAdmin(ReadOnlyAdmin):
    list_display = ("booking", "tutor", "student", "reason", "state", "refund_percent")
    list_filter = ("state", "reason")
    search_fields = ("booking__id", "booking__tutor__email", "booking__student__email")
    list_select_related = ("booking__tutor", "booking__student")
    ordering = ("-state", "created_at")
    readonly_fields = ("who_was_there", "history")
    actions = (decide,)

    @admin.display(description=_("tutor"))
    def tutor(self, row: LessonDispute) -> str:
        return str(row.booking.tutor)

    @admin.display(description=_("student"))
    def student(self, row: LessonDispute) -> str:
        return str(row.booking.student)

    @admin.display(description=_("who was there"))
    def who_was_there(self, row: LessonDispute) -> SafeString:
        """The evidence, in order."""
        seen = Presence.objects.filter(booking=row.booking_id).order_by("at")
        rows = (
            (f"{one.at:%H:%M:%S}", one.user.display_name, _("came") if one.joined else _("left"))
            for one in seen.select_related("user")
        )
        return format_html_join("", "{} {} {}<br>", rows)

    @admin.display(description=_("history"))
    def history(self, row: LessonDispute) -> SafeString:
        changes = row.booking.changes.select_related("actor")
        rows = (
            (f"{one.created_at:%Y-%m-%d %H:%M}", one.state, one.actor or "TutorMe", one.reason)
            for one in changes
        )
        return format_html_join("", "{} {} ({}) {}<br>", rows)


@admin.register(LessonReview)
class TutorReviewAdmin(ReadOnlyAdmin):
    list_display = ("tutor", "student", "stars", "is_hidden", "created_at")
    list_filter = ("stars", "is_hidden")
    search_fields = ("tutor__email", "student__email", "text")
    list_select_related = ("tutor", "student")
    ordering = ("-created_at",)
    actions = (hide_review, show_review)


@admin.register(ReviewReport)
class ReviewReportAdmin(ReadOnlyAdmin):
    list_display = ("reason", "about", "reporter", "state", "created_at")
    list_filter = ("state",)
    search_fields = ("reason", "review__tutor__email")
    list_select_related = ("review", "reporter")
    ordering = ("decided_at", "created_at")
    actions = (uphold, dismiss)

    @admin.display(description=_("review"))
    def about(self, row: ReviewReport) -> str:
        return row.review.text[:200]


@admin.register(TutorStanding)
class TutorStandingAdmin(ReadOnlyAdmin):
    list_display = ("tutor", "mean", "reviews", "lessons", "marks")
    search_fields = ("tutor__email",)
    list_select_related = ("tutor",)
    ordering = ("-marks",)


@admin.register(Series)
class SeriesAdmin(ReadOnlyAdmin):
    list_display = ("starts_at", "tutor", "student", "lesson_type", "lessons", "every_weeks")
    search_fields = ("id", "tutor__email", "student__email")
    list_select_related = ("tutor", "student", "lesson_type")
    ordering = ("-created_at",)


@admin.register(GroupSession)
class GroupSessionAdmin(ReadOnlyAdmin):
    list_display = ("starts_at", "tutor", "lesson_type", "capacity", "state")
    list_filter = ("state",)
    search_fields = ("id", "tutor__email")
    list_select_related = ("tutor", "lesson_type")
    date_hierarchy = "starts_at"
    ordering = ("-starts_at",)


@admin.register(WaitlistEntry)
class WaitlistEntryAdmin(ReadOnlyAdmin):
    list_display = ("student", "tutor", "lesson_type", "earliest", "latest", "state")
    list_filter = ("state",)
    search_fields = ("student__email", "tutor__email")
    list_select_related = ("student", "tutor", "lesson_type")
    ordering = ("-created_at",)


@admin.register(MoveProposal)
class MoveProposalAdmin(ReadOnlyAdmin):
    list_display = ("booking", "proposed_by", "starts_at", "state", "expires_at")
    list_filter = ("state",)
    search_fields = ("booking__id", "proposed_by__email")
    list_select_related = ("booking", "proposed_by")
    ordering = ("-created_at",)


@admin.register(Presence)
class PresenceAdmin(ReadOnlyAdmin):
    list_display = ("at", "booking", "user", "joined")
    list_filter = ("joined",)
    search_fields = ("booking__id", "user__email")
    list_select_related = ("booking", "user")
    ordering = ("-at",)


@admin.register(Reminder)
class ReminderAdmin(ReadOnlyAdmin):
    list_display = ("due_at", "booking", "kind", "version", "state", "settled_at")
    list_filter = ("state", "kind")
    search_fields = ("booking__id",)
    list_select_related = ("booking",)
    ordering = ("-due_at",)
