"""Organisations and who sits at their desks."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from accounts.models import User
from certificates.errors import (
    LastOwner,
    MemberExists,
    OrganizationTaken,
    OwnersOnly,
)
from certificates.events import MemberInvited
from certificates.models import Member, Organization
from certificates.websites import host_of
from tutorme.core import audit, outbox
from tutorme.core.errors import InvalidInput, NotFound
from tutorme.core.transactions import constraints

Role = Member.Role
_TAKEN = {"certificates_organization_website_key": OrganizationTaken}
FIELDS = (
    "name",
    "website",
    "contact_name",
    "contact_email",
    "locale",
    "delivery",
    "tells_learners",
)
# What a desk may change of its own organisation; its name and website are the site's to say.
DESK_FIELDS = frozenset({"contact_name", "contact_email", "locale", "delivery", "tells_learners"})


def add(*, facts: dict[str, Any], actor_id: UUID | None) -> Organization:
    row = Organization(**_checked(facts))
    with constraints(_TAKEN), transaction.atomic():
        row.save(force_insert=True)
        audit.record("organization.added", target=row, actor_id=actor_id, after=_said(row))
    return row


def edit(
    *, organization: Organization, changes: dict[str, Any], actor_id: UUID | None
) -> Organization:
    with constraints(_TAKEN), transaction.atomic():
        row = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
        before = _said(row)
        for name, value in _checked(changes).items():
            setattr(row, name, value)
        row.version += 1
        row.save()
        audit.record(
            "organization.edited",
            target=row,
            actor_id=actor_id,
            before=before,
            after=_said(row),
        )
    return row


@transaction.atomic
def remove(*, organization: Organization, actor_id: UUID | None) -> bool:
    """Deletes one that nothing hangs on, archives any other; True where it is gone."""
    row = Organization.objects.select_for_update().get(pk=organization.pk)
    is_used = row.learners.exists() or row.certificates.exists() or row.imports.exists()
    action = "organization.archived" if is_used else "organization.deleted"
    audit.record(action, target=row, actor_id=actor_id, before=_said(row))
    if is_used:
        Organization.objects.filter(pk=row.pk).update(archived_at=Now(), version=F("version") + 1)
    else:
        row.delete()
    return not is_used


def _checked(facts: dict[str, Any]) -> dict[str, Any]:
    if "website" not in facts:
        return facts
    host = host_of(facts["website"])
    if host is None:
        row = {"pointer": "/website", "code": "website", "detail": "This is not a website."}
        raise InvalidInput(errors=[row])
    return {**facts, "website": host}


def _said(row: Organization) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FIELDS}


def require_owner(*, organization: Organization, user: Any) -> None:
    if user.is_admin:
        return
    if not organization.members.filter(user_id=user.pk, role=Role.OWNER).exists():
        raise OwnersOnly


def invite(*, organization: Organization, email: str, role: str, actor_id: UUID | None) -> Member:
    """Whether somebody with that address has an account is not said to anybody."""
    row = Member(organization=organization, email=email.lower(), role=role, invited_by_id=actor_id)
    with constraints({"organization_member_address": MemberExists}), transaction.atomic():
        row.save(force_insert=True)
        outbox.record(MemberInvited(row.pk))
        audit.record(
            "organization.member_invited",
            target=organization,
            actor_id=actor_id,
            after={"email": row.email, "role": role},
        )
    return row


@transaction.atomic
def accept(*, member_id: UUID, user: User) -> Member:
    """By somebody who proved to have the address it was sent to."""
    waiting = Member.objects.waiting_for(user).filter(pk=member_id).first()
    if waiting is None:
        raise NotFound
    won = Member.objects.filter(pk=member_id, user__isnull=True)
    if not won.update(user_id=user.pk, joined_at=Now()):
        raise NotFound
    audit.record("organization.member_joined", target=waiting.organization, actor_id=user.pk)
    waiting.refresh_from_db()
    return waiting


@transaction.atomic
def dismiss(*, member: Member, actor_id: UUID | None) -> None:
    """Takes somebody, or an invitation, off the desk. The last owner stays."""
    # Every change of owners waits for this row: two cannot each leave the other's.
    organization = Organization.objects.select_for_update(no_key=True).get(
        pk=member.organization_id
    )
    owners = organization.members.filter(role=Role.OWNER, user__isnull=False)
    if member.role == Role.OWNER and member.user_id and not owners.exclude(pk=member.pk).exists():
        raise LastOwner
    member.delete()
    audit.record(
        "organization.member_dismissed",
        target=organization,
        actor_id=actor_id,
        before={"email": member.email, "role": member.role},
    )
