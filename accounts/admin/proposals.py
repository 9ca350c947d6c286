"""Proposals of new admins, decided by somebody else, with a reason."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.models import AdminProposal, User
from accounts.services import admin_proposals
from tutorme.core import bulk_admin
from tutorme.core.bulk import By
from tutorme.core.bulk_admin import ReasonForm
from tutorme.core.read_only_admin import ReadOnlyAdmin


def _who(by: By) -> User:
    found: User = User.objects.get(pk=by.actor_id)
    return found


@bulk_admin.action("admins.approve", _("Approve: make an admin"), asks=ReasonForm)
def approve(row: AdminProposal, by: By) -> str:
    done = admin_proposals.approve(proposal_id=row.pk, actor=_who(by), **by.given)
    return done.get_state_display()


@bulk_admin.action("admins.decline", _("Decline"), asks=ReasonForm)
def decline(row: AdminProposal, by: By) -> str:
    done = admin_proposals.decline(proposal_id=row.pk, actor=_who(by), **by.given)
    return done.get_state_display()


@bulk_admin.action("admins.withdraw", _("Withdraw your own"), asks=ReasonForm)
def withdraw(row: AdminProposal, by: By) -> str:
    done = admin_proposals.withdraw(proposal_id=row.pk, actor=_who(by), **by.given)
    return done.get_state_display()


@admin.register(AdminProposal)
class AdminProposalAdmin(ReadOnlyAdmin):
    list_display = ("user", "proposed_by", "reason", "state", "decided_by", "created_at")
    list_filter = ("state",)
    search_fields = ("user__username", "user__email", "proposed_by__email", "id")
    list_select_related = ("user", "proposed_by", "decided_by")
    ordering = ("-created_at",)
    actions = (approve, decline, withdraw)
