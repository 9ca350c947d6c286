"""Proposals of new admins, decided by somebody else, with a reason."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.admin.reasons import ask
from accounts.models import AdminProposal, User
from accounts.services import admin_proposals
from tutorme.core.errors import DomainError
from tutorme.core.read_only_admin import ReadOnlyAdmin


@admin.register(AdminProposal)
class AdminProposalAdmin(ReadOnlyAdmin):
    list_display = ("user", "proposed_by", "reason", "state", "decided_by", "created_at")
    list_filter = ("state",)
    search_fields = ("user__username", "user__email", "proposed_by__email", "id")
    list_select_related = ("user", "proposed_by", "decided_by")
    ordering = ("-created_at",)
    actions = ("approve", "decline", "withdraw")
    show_full_result_count = False

    @admin.action(description=_("Approve: make an admin"))
    def approve(self, request: HttpRequest, rows: QuerySet[AdminProposal]) -> HttpResponse | None:
        title = _("Approve: make an admin")
        return _each(request, rows, "approve", title, admin_proposals.approve)

    @admin.action(description=_("Decline"))
    def decline(self, request: HttpRequest, rows: QuerySet[AdminProposal]) -> HttpResponse | None:
        return _each(request, rows, "decline", _("Decline"), admin_proposals.decline)

    @admin.action(description=_("Withdraw your own"))
    def withdraw(self, request: HttpRequest, rows: QuerySet[AdminProposal]) -> HttpResponse | None:
        return _each(request, rows, "withdraw", _("Withdraw"), admin_proposals.withdraw)


def _each(
    request: HttpRequest,
    rows: QuerySet[AdminProposal],
    action: str,
    title: str | Promise,
    act: Callable[..., AdminProposal],
) -> HttpResponse | None:
    asked = ask(request, rows, action=action, title=title)
    if isinstance(asked, HttpResponse):
        return asked
    assert isinstance(request.user, User)
    for row in rows:
        try:
            done = act(proposal_id=row.pk, actor=request.user, reason=asked["reason"])
            messages.success(request, f"{done.user}: {done.get_state_display()}")
        except DomainError as error:
            messages.warning(request, f"{row.user}: {error.title}. {error.detail}")
    return None
