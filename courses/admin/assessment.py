"""Submissions, appeals, corrections and the moderators' queue of questions under lessons. Facts can
be read; what may happen to them is an action that calls a service."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from courses.models import (
    Appeal,
    BankItem,
    KeyCorrection,
    Post,
    PostReport,
    Regrade,
    Submission,
    Thread,
)
from courses.services import discussions
from tutorme.core import bulk_admin
from tutorme.core.bulk import By
from tutorme.core.read_only_admin import ReadOnlyAdmin


@admin.register(BankItem)
class BankItemAdmin(ReadOnlyAdmin):
    list_display = ("key", "home", "course", "tags", "archived_at")
    list_filter = (("archived_at", admin.EmptyFieldListFilter),)
    search_fields = ("key", "course__title")
    list_select_related = ("course",)
    ordering = ("-id",)


@admin.register(KeyCorrection)
class KeyCorrectionAdmin(ReadOnlyAdmin):
    list_display = ("question", "reason", "made_by", "created_at")
    search_fields = ("question__key", "reason", "made_by__email")
    list_select_related = ("question", "made_by")
    ordering = ("-id",)


@admin.register(Regrade)
class RegradeAdmin(ReadOnlyAdmin):
    list_display = ("attempt", "old_score", "new_score", "old_passed", "new_passed", "created_at")
    list_filter = ("new_passed",)
    search_fields = ("attempt__enrollment__user__email", "correction__reason")
    list_select_related = ("attempt",)
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(Appeal)
class AppealAdmin(ReadOnlyAdmin):
    list_display = ("id", "text", "state", "decided_by", "created_at")
    list_filter = ("state",)
    search_fields = ("text", "answer__attempt__enrollment__user__email")
    list_select_related = ("decided_by",)
    ordering = ("-id",)


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyAdmin):
    list_display = ("id", "learner", "lesson", "number", "state", "score", "passed", "marked_by")
    list_filter = ("state", "passed")
    search_fields = ("enrollment__user__email", "lesson__title")
    list_select_related = ("enrollment__user", "lesson", "marked_by")
    ordering = ("-id",)
    show_full_result_count = False

    @admin.display(description=_("learner"))
    def learner(self, submission: Submission) -> str:
        return str(submission.enrollment.user)


@admin.register(Thread)
class ThreadAdmin(ReadOnlyAdmin):
    list_display = ("title", "lesson", "author", "answer_count", "hidden_at", "deleted_at")
    list_filter = (
        ("hidden_at", admin.EmptyFieldListFilter),
        ("deleted_at", admin.EmptyFieldListFilter),
    )
    search_fields = ("title", "body", "author__email")
    list_select_related = ("lesson", "author")
    ordering = ("-id",)
    show_full_result_count = False


@admin.register(Post)
class PostAdmin(ReadOnlyAdmin):
    list_display = ("body", "thread", "author", "by_tutor", "hidden_at", "deleted_at")
    list_filter = ("by_tutor", ("hidden_at", admin.EmptyFieldListFilter))
    search_fields = ("body", "author__email")
    list_select_related = ("thread", "author")
    ordering = ("-id",)
    show_full_result_count = False


@bulk_admin.action("post_reports.hide", _("Hide what was reported"))
def hide(row: PostReport, by: By) -> None:
    discussions.decide_report(row=row, moderator=User.objects.get(pk=by.actor_id), hide=True)


@bulk_admin.action("post_reports.dismiss", _("Dismiss: it stays"))
def dismiss(row: PostReport, by: By) -> None:
    discussions.decide_report(row=row, moderator=User.objects.get(pk=by.actor_id), hide=False)


@admin.register(PostReport)
class PostReportAdmin(ReadOnlyAdmin):
    """The moderators' queue: the open ones first, the oldest before the others."""

    list_display = ("reason", "what", "note", "reporter", "state", "created_at")
    list_filter = ("state", "reason")
    search_fields = ("note", "reporter__email", "thread__title", "post__body")
    list_select_related = ("thread", "post", "reporter")
    ordering = ("-state", "created_at")
    actions = (hide, dismiss)

    @admin.display(description=_("what"))
    def what(self, row: PostReport) -> str:
        return str(row.thread or row.post)
