"""Accounts for admins: found, suspended with a reason, signed out."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline

from accounts.admin.reasons import ask
from accounts.models import AuthSession, PersonalToken, TutorProfile, User
from accounts.services import users
from tutorme.core.read_only_admin import ReadOnlyAdmin

admin.site.unregister(Group)
# Addresses are ours (User.email); allauth keeps none here. Providers' keys are settings.
for not_ours in (EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(not_ours)


class TutorProfileInline(StackedInline):  # type: ignore[misc]
    model = TutorProfile
    extra = 0
    can_delete = False
    readonly_fields = ("approved_at", "created_at")
    exclude = ("search",)

    def has_add_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    list_display = ("display_name", "username", "email", "is_active", "is_staff", "created_at")
    list_filter = ("is_active", "is_staff", "tutor_profile__state")
    search_fields = ("username", "email", "display_name", "id")
    exclude = ("password", "groups", "user_permissions")
    ordering = ("-created_at",)
    inlines = (TutorProfileInline,)
    actions = ("suspend", "restore", "sign_out_everywhere")
    show_full_result_count = False

    @admin.action(description=_("Suspend"))
    def suspend(self, request: HttpRequest, rows: QuerySet[User]) -> HttpResponse | None:
        return self._set_active(request, rows, active=False)

    @admin.action(description=_("Restore"))
    def restore(self, request: HttpRequest, rows: QuerySet[User]) -> HttpResponse | None:
        return self._set_active(request, rows, active=True)

    def _set_active(
        self, request: HttpRequest, rows: QuerySet[User], *, active: bool
    ) -> HttpResponse | None:
        assert isinstance(request.user, User)
        action, title = ("restore", _("Restore")) if active else ("suspend", _("Suspend"))
        asked = ask(request, rows, action=action, title=title)
        if isinstance(asked, HttpResponse):
            return asked
        for user in rows:
            if user.pk == request.user.pk:
                messages.warning(request, _("Your own account was left as it is."))
                continue
            users.set_active(user=user, active=active, actor_id=request.user.pk, **asked)
        return None

    @admin.action(description=_("Sign out everywhere"))
    def sign_out_everywhere(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        assert isinstance(request.user, User)
        for user in rows:
            users.sign_out_everywhere(user=user, because="admin", actor_id=request.user.pk)


@admin.register(AuthSession)
class AuthSessionAdmin(ReadOnlyAdmin):
    list_display = ("user", "user_agent", "address", "created_at", "rotated_at", "revoked_at")
    search_fields = ("user__username", "user__email")
    list_select_related = ("user",)
    exclude = ("current_jti", "previous_jti", "session_key", "device")
    ordering = ("-created_at",)
    show_full_result_count = False


@admin.register(PersonalToken)
class PersonalTokenAdmin(ReadOnlyAdmin):
    list_display = ("user", "name", "prefix", "created_at", "last_used_at", "expires_at")
    search_fields = ("user__username", "user__email", "name", "prefix")
    list_select_related = ("user",)
    exclude = ("digest",)
    ordering = ("-created_at",)
    show_full_result_count = False


@admin.register(Authenticator)
class SecondFactorAdmin(ReadOnlyAdmin):
    """Which second factors there are; what they keep is shown to nobody."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    search_fields = ("user__username", "user__email")
    list_select_related = ("user",)
    exclude = ("data",)


@admin.register(SocialAccount)
class ConnectionAdmin(ReadOnlyAdmin):
    list_display = ("user", "provider", "uid", "date_joined", "last_login")
    list_filter = ("provider",)
    search_fields = ("user__username", "user__email", "uid")
    list_select_related = ("user",)
    exclude = ("extra_data",)
