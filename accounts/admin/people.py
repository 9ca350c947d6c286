"""Accounts for admins: found, suspended with a reason, signed out."""

from datetime import datetime
from functools import partial
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
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline

from accounts.admin.confirmed import confirmed
from accounts.admin.merging import merge_view
from accounts.admin.people_filters import LastSeenFilter, RoleFilter, last_seen
from accounts.desks import NAMES
from accounts.forms.profile import Words
from accounts.forms.refusals import add_refusal
from accounts.models import AuthSession, PersonalToken, TutorProfile, User
from accounts.services import admin_proposals, desks, invitations, recovery, users
from tutorme.core import bulk_admin
from tutorme.core.brand_admin import BrandFilter, brand
from tutorme.core.bulk import By
from tutorme.core.bulk_admin import ReasonForm
from tutorme.core.errors import DomainError, NotAllowed
from tutorme.core.read_only_admin import ReadOnlyAdmin

admin.site.unregister(Group)
# Addresses are ours (User.email); allauth keeps none here. Providers' keys are settings.
for not_ours in (EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(not_ours)


_INVITED = _("Invited. The link works once, for seven days.")
_SENT = _("A code is on its way to the account's own address. It works once, for a day.")
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


def _who(by: By) -> User:
    found: User = User.objects.get(pk=by.actor_id)
    return found


@bulk_admin.action("users.suspend", _("Suspend"), asks=ReasonForm, destroys=True)
def suspend(user: User, by: By) -> None:
    _set_active(user, by, active=False)


@bulk_admin.action("users.restore", _("Restore"), asks=ReasonForm)
def restore(user: User, by: By) -> None:
    _set_active(user, by, active=True)


def _set_active(user: User, by: By, *, active: bool) -> None:
    if user.pk == by.actor_id:
        raise NotAllowed(_("Your own account was left as it is."))
    _not_above(user, by)
    users.set_active(user=user, active=active, actor_id=by.actor_id, reason=by.given["reason"])


@bulk_admin.action("users.sign_out_everywhere", _("Sign out everywhere"), destroys=True)
def sign_out_everywhere(user: User, by: By) -> None:
    _not_above(user, by)
    users.sign_out_everywhere(user=user, because="admin", actor_id=by.actor_id)


def _not_above(user: User, by: By) -> None:
    """Whoever works here is for superusers alone to suspend, restore and sign out."""
    if user.is_staff and not _who(by).is_superuser:
        raise NotAllowed


@bulk_admin.action("users.invite_again", _("Send another invitation"))
def invite_again(user: User, by: By) -> None:
    invitations.invite_again(actor=_who(by), user=user)


@bulk_admin.action("users.send_reset", _("Send a way to a new password"), asks=ReasonForm)
def send_reset(user: User, by: By) -> str:
    recovery.offer(user=user, actor_id=by.actor_id, reason=by.given["reason"])
    return str(_SENT)


class SeatForm(ReasonForm):
    desks = forms.MultipleChoiceField(
        label=_("Desks"),
        choices=list(NAMES.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Without any, the person has no back office."),
    )
    field_order = ("desks", "reason")


@confirmed
@bulk_admin.action("users.seat", _("Give desks of the back office, or take them"), asks=SeatForm)
def seat(user: User, by: By) -> None:
    wanted = set(by.given["desks"])
    desks.seat(user=user, desks=wanted, actor=_who(by), reason=by.given["reason"])


@bulk_admin.action("users.propose_admin", _("Propose as an admin"), asks=ReasonForm)
def propose_admin(user: User, by: By) -> str:
    admin_proposals.propose(actor=_who(by), user=user, reason=by.given["reason"])
    return str(_PROPOSED_ONE)


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    list_display = (
        *("display_name", "username", "email", "is_verified", "is_active", "is_staff"),
        *("last_seen", "created_at"),
    )
    list_filter = (
        *(RoleFilter, ("email_verified_at", admin.EmptyFieldListFilter), LastSeenFilter),
        *("is_active", "tutor_profile__state", "created_at"),
    )
    search_fields = ("username", "email", "display_name", "id")
    exclude = ("password", "groups", "user_permissions")
    readonly_fields = ("merging",)
    ordering = ("-created_at",)
    inlines = (TutorProfileInline,)
    actions = (
        *(suspend, restore, sign_out_everywhere, send_reset),
        *(invite_again, seat, propose_admin),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        rows: QuerySet[User] = super().get_queryset(request)
        return rows.annotate(seen_at=last_seen())

    @admin.display(description=_("verified"), boolean=True, ordering="email_verified_at")
    def is_verified(self, row: User) -> bool:
        return row.email_verified_at is not None

    @admin.display(description=_("last seen"))
    def last_seen(self, row: User) -> datetime | None:
        return row.seen_at  # type: ignore[attr-defined,no-any-return]  # an annotation

    @admin.display(description=_("twice here"))
    def merging(self, row: User) -> SafeString:
        page = reverse("admin:accounts_user_merge", args=[row.pk])
        told = _("Close it and move what it has to another account of the same person")
        return format_html('<a href="{}">{}</a>', page, told)

    def get_urls(self) -> list[URLPattern]:
        merge = path(
            "<uuid:user_id>/merge/",
            self.admin_site.admin_view(partial(merge_view, self.admin_site)),
            name="accounts_user_merge",
        )
        return [merge, *super().get_urls()]

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


@admin.register(AuthSession)
class AuthSessionAdmin(ReadOnlyAdmin):
    list_display = ("user", "user_agent", "address", "created_at", "rotated_at", "revoked_at")
    search_fields = ("user__username", "user__email")
    list_select_related = ("user",)
    exclude = ("current_jti", "previous_jti", "session_key", "device")
    ordering = ("-created_at",)


@admin.register(PersonalToken)
class PersonalTokenAdmin(ReadOnlyAdmin):
    list_display = ("user", "name", "prefix", "created_at", "last_used_at", "expires_at")
    search_fields = ("user__username", "user__email", "name", "prefix")
    list_select_related = ("user",)
    exclude = ("digest",)
    ordering = ("-created_at",)


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
    list_display = ("user", brand, "uid", "date_joined", "last_login")
    list_filter = (("provider", BrandFilter),)
    search_fields = ("user__username", "user__email", "uid")
    list_select_related = ("user",)
    exclude = ("extra_data",)
