"""Accounts made by admins. Nobody but their owner ever chooses the password: by a mailed link that
works once. The link's secret is derived, so that no table, log or queue holds it."""

import hmac
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils.crypto import salted_hmac

from accounts.errors import AddressTaken, AdminProposed, InvitationInvalid, UsernameTaken
from accounts.models import AdminProposal, Invitation, TutorProfile, User
from accounts.services import admin_proposals, invitation_links, users
from accounts.services.naming import checked_display_name, refuse_held
from tutorme.core import audit
from tutorme.core.transactions import constraints

_CLASHES = {
    "accounts_user_email_key": AddressTaken,
    "accounts_user_username_key": UsernameTaken,
    "accounts_user_username_skeleton_key": UsernameTaken,
}


def invite(
    *,
    actor: User,
    email: str,
    display_name: str,
    roles: frozenset[str] = frozenset(),
    reason: str = "",
) -> User:
    """A new account without a password. `roles`: `tutor` begins a tutor's draft; `admin` is
    proposed with the `reason`, and no mail is owed before another superuser approved it."""
    user = User(email=email.strip().lower(), display_name=checked_display_name(display_name))
    user.set_unusable_password()
    users.name(user, "")
    with constraints(_CLASHES), transaction.atomic():
        user.save(force_insert=True)
        refuse_held(user)
        if "tutor" in roles:
            TutorProfile.objects.create(user=user)
        if "admin" in roles:
            admin_proposals.propose(actor=actor, user=user, reason=reason)
        else:
            invitation_links.send(user, actor)
        audit.record("user.invited", target=user, actor_id=actor.pk, after={"roles": sorted(roles)})
    return user


def invite_again(*, actor: User, user: User) -> None:
    """Another link for somebody who has not chosen a password yet; older ones open nothing."""
    with transaction.atomic():
        row = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if row.has_usable_password() or not row.is_active:
            raise InvitationInvalid
        if row.admin_proposals.filter(state=AdminProposal.State.OPEN).exists():
            raise AdminProposed
        invitation_links.send(row, actor)
        audit.record("user.invited_again", target=row, actor_id=actor.pk)


def token_of(invitation_id: UUID) -> str:
    key = salted_hmac("accounts.invitation", str(invitation_id), algorithm="sha256")
    return str(key.hexdigest()[:48])


def is_open(invitation_id: UUID) -> bool:
    return _living().filter(pk=invitation_id).exists()


def _living() -> QuerySet[Invitation]:
    return Invitation.objects.filter(used_at=None, expires_at__gt=Now())


def find(invitation_id: UUID, token: str) -> Invitation:
    """The invitation of a link that still opens, or `InvitationInvalid`."""
    if not hmac.compare_digest(token_of(invitation_id).encode(), token.encode()):
        raise InvitationInvalid
    row = _living().filter(pk=invitation_id).select_related("user").first()
    if row is None or row.user.has_usable_password() or not row.user.is_active:
        raise InvitationInvalid
    return row


def accept(*, invitation_id: UUID, token: str, password: str) -> User:
    """Sets the first password, once, and takes the address for proven."""
    row = find(invitation_id, token)
    facts = {"email": row.user.email, "display_name": row.user.display_name}
    users.check_password_rules(password, **facts)
    user = row.user
    user.set_password(password)
    with transaction.atomic():
        won = _living().filter(pk=row.pk).update(used_at=Now())
        if not won:
            raise InvitationInvalid
        User.objects.filter(pk=user.pk).update(
            password=user.password,
            email_verified_at=Now(),
            token_version=F("token_version") + 1,
        )
        audit.record("user.invitation_accepted", target=user, actor_id=user.pk)
    user.refresh_from_db()
    return user
