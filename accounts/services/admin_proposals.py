"""Nobody makes an admin alone: one superuser proposes, another approves. Whoever wins a proposal's
one conditional UPDATE decides it; approving gives the role, and mails the link of an account that
waits for its owner, in the same transaction."""

from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from accounts.errors import (
    AdminProposed,
    AlreadyAdmin,
    ProposalDecided,
    ProposalMoot,
    ProposerMayNotDecide,
)
from accounts.events import AdminshipProposed
from accounts.models import AdminProposal, User
from accounts.services import invitation_links, roles
from tutorme.core import audit, outbox
from tutorme.core.errors import InvalidInput, NotAllowed, NotFound
from tutorme.core.transactions import constraints

State = AdminProposal.State


def propose(*, actor: User, user: User, reason: str) -> AdminProposal:
    """Waits for another superuser, who is told; the person notices nothing. Raises `AlreadyAdmin`,
    `AdminProposed` where one waits already, and `ProposalMoot` for a closed account."""
    _check_superuser(actor)
    row = AdminProposal(user=user, proposed_by=actor, reason=_words(reason))
    with constraints({"admin_proposal_one_open": AdminProposed}), transaction.atomic():
        person = _locked(user.pk)
        if person.is_superuser:
            raise AlreadyAdmin
        _check_account(person)
        row.save(force_insert=True)
        audit.record("admin.proposed", target=user, actor_id=actor.pk, reason=row.reason)
        proposed = AdminshipProposed(proposal_id=row.pk, user_id=user.pk)
        outbox.record(proposed, actor_id=actor.pk, key=f"{AdminshipProposed.name}:{row.pk}")
    row.refresh_from_db()
    return row


def approve(*, proposal_id: UUID, actor: User, reason: str) -> AdminProposal:
    """The second person's yes. Raises `ProposerMayNotDecide`, `ProposalDecided`, and
    `ProposalMoot` where who proposed it is no superuser any more or the account is closed."""
    row = _to_decide(proposal_id, actor)
    if not _is_superuser(row.proposed_by_id):
        raise ProposalMoot
    with transaction.atomic():
        person = _locked(row.user_id)
        _check_account(person)
        _settle(row, State.APPROVED, actor, _words(reason))
        _appoint(person, actor)
    return row


def decline(*, proposal_id: UUID, actor: User, reason: str) -> AdminProposal:
    row = _to_decide(proposal_id, actor)
    with transaction.atomic():
        _settle(row, State.DECLINED, actor, _words(reason))
    return row


def withdraw(*, proposal_id: UUID, actor: User, reason: str) -> AdminProposal:
    """Whoever proposed it takes it back."""
    row = _found(proposal_id)
    if row.proposed_by_id != actor.pk:
        raise NotAllowed
    with transaction.atomic():
        _settle(row, State.WITHDRAWN, actor, _words(reason))
    return row


def appoint_by_operator(*, user: User, reason: str = "") -> None:
    """At the machine: the first admin, or the second person where there is no other admin to ask.
    A proposal that waits for this person is approved by it."""
    with transaction.atomic():
        person = _locked(user.pk)
        row = AdminProposal.objects.filter(user=person, state=State.OPEN).first()
        if row is None:
            roles.appoint_admin(user=person)
            return
        _check_account(person)
        _settle(row, State.APPROVED, None, reason)
        _appoint(person, None)


def _appoint(person: User, actor: User | None) -> None:
    roles.appoint_admin(user=person, actor_id=actor.pk if actor else None)
    if not person.has_usable_password():
        invitation_links.send(person, actor)


def _to_decide(proposal_id: UUID, actor: User) -> AdminProposal:
    _check_superuser(actor)
    row = _found(proposal_id)
    if row.proposed_by_id == actor.pk:
        raise ProposerMayNotDecide
    return row


def _settle(row: AdminProposal, to: State, actor: User | None, reason: str) -> None:
    """One UPDATE names the winner among all who decide or withdraw at once."""
    won = AdminProposal.objects.filter(pk=row.pk, state=State.OPEN).update(
        state=to, decided_by=actor, decision=reason, decided_at=Now()
    )
    if not won:
        raise ProposalDecided
    audit.record(
        f"admin.proposal_{to}",
        target=row.user,
        actor_id=actor.pk if actor else None,
        after={"proposal": str(row.pk), "proposed_by": str(row.proposed_by_id)},
        reason=reason,
    )
    row.refresh_from_db()


def _found(proposal_id: UUID) -> AdminProposal:
    rows = AdminProposal.objects.select_related("user")
    row: AdminProposal | None = rows.filter(pk=proposal_id).first()
    if row is None:
        raise NotFound
    return row


def _locked(user_id: UUID) -> User:
    row: User = User.objects.select_for_update(no_key=True).get(pk=user_id)
    return row


def _check_account(person: User) -> None:
    if not person.is_active or person.erased_at is not None:
        raise ProposalMoot


def _check_superuser(actor: User) -> None:
    """As the database has them now, not as the request found them; with a second factor where the
    site asks its admins for one, and never by a personal token."""
    if not actor.is_admin or not _is_superuser(actor.pk):
        raise NotAllowed


def _is_superuser(user_id: UUID) -> bool:
    return bool(User.objects.admins().filter(pk=user_id, is_superuser=True).exists())


def _words(reason: str) -> str:
    if reason.strip():
        return reason.strip()
    detail = "Say why; it stays in the audit trail."
    raise InvalidInput(errors=[{"pointer": "/reason", "code": "required", "detail": detail}])
