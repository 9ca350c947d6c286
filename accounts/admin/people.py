"""Accounts for admins: found, suspended with a reason, signed out."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline

from accounts.admin.reasons import ask
from accounts.forms.profile import Words
from accounts.forms.refusals import add_refusal
from accounts.models import AuthSession, PersonalToken, TutorProfile, User
from accounts.services import admin_proposals, invitations, users
from tutorme.core.errors import DomainError
from tutorme.core.read_only_admin import ReadOnlyAdmin

admin.site.unregister(Group)
# Addresses are ours (User.email); allauth keeps none here. Providers' keys are settings.
for not_ours in (EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(not_ours)


_INVITED = _("Invited. The link works once, for seven days.")
_PROPOSED_ONE = _("Proposed. Another admin decides.")
_PROPOSED = _("Proposed. The mail goes out when another admin approves.")


class InviteForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    display_name = Words(label=_("Name"), max_length=80)
    roles = forms.MultipleChoiceField(
        label=_("Also"),
        choices=[("tutor", _("Tutor (a draft to fill in)")), ("admin", _("Admin"))],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    reason = forms.CharField(
        label=_("Why an admin"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Another admin reads this and decides; until then no mail is sent."),
    )


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
    actions = ("suspend", "restore", "sign_out_everywhere", "invite_again", "propose_admin")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """By invitation: nobody but its owner chooses an account's password."""
        return bool(request.user.is_superuser)

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        assert isinstance(request.user, User)
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = InviteForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data
            roles = frozenset(given.pop("roles"))
            try:
                invitations.invite(actor=request.user, roles=roles, **given)
            except DomainError as error:
                add_refusal(form, error, field="email")
            else:
                told = _PROPOSED if "admin" in roles else _INVITED
                messages.success(request, told)
                return redirect("admin:accounts_user_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Invite somebody"),
            "opts": self.model._meta,
            "form": form,
        }
        return render(request, "admin/accounts/invite.html", context)

    @admin.action(description=_("Send another invitation"))
    def invite_again(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        assert isinstance(request.user, User)
        for user in rows:
            try:
                invitations.invite_again(actor=request.user, user=user)
            except DomainError as error:
                messages.warning(request, f"{user}: {error.detail}")

    @admin.action(description=_("Propose as an admin"))
    def propose_admin(self, request: HttpRequest, rows: QuerySet[User]) -> HttpResponse | None:
        asked = ask(request, rows, action="propose_admin", title=_("Propose as an admin"))
        if isinstance(asked, HttpResponse):
            return asked
        assert isinstance(request.user, User)
        for user in rows:
            try:
                admin_proposals.propose(actor=request.user, user=user, **asked)
                messages.success(request, f"{user}: {_PROPOSED_ONE}")
            except DomainError as error:
                messages.warning(request, f"{user}: {error.detail}")
        return None

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
