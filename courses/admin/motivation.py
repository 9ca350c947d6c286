"""Achievements, points and streaks in the admin: definitions can be edited, what people earned
only changes by a reasoned act that leaves a line and an audit entry."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from courses.errors import NotAwarded, PointsBelowZero
from courses.models import Achievement, Motivation, Nudge, PointsEntry, UserAchievement
from courses.services import achievements, points
from tutorme.core import bulk_admin
from tutorme.core.bulk import By
from tutorme.core.read_only_admin import ReadOnlyAdmin, TracedAdmin


def _actor(request: HttpRequest) -> UUID:
    assert isinstance(request.user, User)
    return request.user.pk


@bulk_admin.action("achievements.activate", _("Activate, and give it to whoever has reached it"))
def activate(row: Achievement, by: By) -> None:
    achievements.activate(achievement=row, actor_id=by.actor_id)


@bulk_admin.action("achievements.retire", _("Retire; whoever has it keeps it"))
def retire(row: Achievement, by: By) -> None:
    achievements.retire(achievement=row, actor_id=by.actor_id)


@admin.register(Achievement)
class AchievementAdmin(TracedAdmin):
    list_display = ("title", "criteria", "points", "state", "position")
    list_filter = ("state",)
    search_fields = ("title", "slug")
    readonly_fields = ("state", "activated_at", "created_at")
    actions = (activate, retire)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        achievements.save(achievement=obj, actor_id=_actor(request), changes=changes)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class GrantForm(ModelForm):  # type: ignore[type-arg]
    reason = forms.CharField(max_length=300, label=_("Because"))

    class Meta:
        model = UserAchievement
        fields = ("user", "achievement")

    def _get_validation_exclusions(self) -> set[str]:
        """Giving again what was taken back is no clash; the service decides."""
        found: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return {*found, "achievement"}


class RevokeForm(ModelForm):  # type: ignore[type-arg]
    reason = forms.CharField(max_length=300, label=_("Take it back, because"))

    class Meta:
        model = UserAchievement
        fields = ()


class ReasonedAdmin(TracedAdmin):
    """Adding is an act of a service; nothing is deleted."""

    show_full_result_count = False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The service wrote it into the audit."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The same."""


@admin.register(UserAchievement)
class UserAchievementAdmin(ReasonedAdmin):
    list_display = ("user", "achievement", "points", "awarded_at", "revoked_at")
    list_filter = ("achievement", ("revoked_at", admin.EmptyFieldListFilter))
    search_fields = ("user__email", "achievement__title")
    list_select_related = ("user", "achievement")
    autocomplete_fields = ("user",)
    ordering = ("-id",)

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        return super().get_form(request, obj, form=RevokeForm if obj else GrantForm, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        given = ("user", "achievement")
        return (
            (*given, "points", "awarded_at", "revoked_at", "reason") if obj else (*given, "reason")
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("user", "achievement", "points", "awarded_at", "revoked_at") if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        facts = {
            "user_id": obj.user_id,
            "achievement": obj.achievement,
            "reason": form.cleaned_data["reason"],
            "actor_id": _actor(request),
        }
        if not change:
            achievements.grant(**facts)
            obj.pk = UserAchievement.objects.get(user=obj.user, achievement=obj.achievement).pk
            return
        try:
            achievements.revoke(**facts)
        except NotAwarded as error:
            self.message_user(request, error.detail, messages.ERROR)


class CorrectionForm(ModelForm):  # type: ignore[type-arg]
    reason = forms.CharField(max_length=300, label=_("Because"))

    class Meta:
        model = PointsEntry
        fields = ("user", "points", "reason")


@admin.register(PointsEntry)
class PointsEntryAdmin(ReasonedAdmin):
    """The ledger. Adding here is a correction; the rest comes from what people learn."""

    list_display = ("user", "rule", "points", "earned_at", "reason")
    list_filter = ("rule",)
    search_fields = ("user__email", "=object_id")
    list_select_related = ("user",)
    autocomplete_fields = ("user",)
    ordering = ("-earned_at", "-id")
    form = CorrectionForm

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        given = form.cleaned_data
        try:
            row = points.correct(
                user_id=given["user"].pk,
                points=given["points"],
                reason=given["reason"],
                actor_id=_actor(request),
            )
        except PointsBelowZero as error:
            self.message_user(request, error.detail, messages.ERROR)
        else:
            obj.pk = row.pk


@admin.register(Motivation)
class MotivationAdmin(ReadOnlyAdmin):
    list_display = ("user", "run", "longest", "freezes", "last_on", "wants_boards", "is_calm")
    list_filter = ("wants_boards", "is_calm")
    search_fields = ("user__email",)
    list_select_related = ("user",)
    ordering = ("-last_at",)
    show_full_result_count = False


@admin.register(Nudge)
class NudgeAdmin(ReadOnlyAdmin):
    list_display = ("enrollment", "reason", "sender", "sent_at", "helped_at")
    list_filter = ("reason",)
    list_select_related = ("enrollment", "sender")
    ordering = ("-sent_at",)
    show_full_result_count = False
