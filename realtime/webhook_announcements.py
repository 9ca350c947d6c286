"""What people are told of their webhooks."""

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from certificates.models import Member
from realtime.announcements import Announcement, Told, declare
from webhooks.events import EndpointDisabled
from webhooks.models import Endpoint


def _keepers(row: Endpoint) -> list[UUID]:
    """Its owner, the owners of its organisation, or those in the back office who may switch it on
    again."""
    if row.owner_id is not None:
        return [row.owner_id]
    if row.organization_id is not None:
        owners = Member.objects.filter(
            organization_id=row.organization_id, role="owner", user__isnull=False
        )
        return [pk for pk in owners.values_list("user_id", flat=True) if pk is not None]
    may = User.objects.who_may("webhooks.change_endpoint")
    return list(may.values_list("pk", flat=True))


def _log(row: Endpoint) -> str:
    if row.owner_id is None and row.organization_id is None:
        return reverse("admin:webhooks_endpoint_change", args=[row.pk])
    return reverse("webhook", args=[row.pk])


def _told(event: EndpointDisabled) -> list[Told]:
    row = Endpoint.objects.filter(pk=event.endpoint_id).first()
    if row is None:
        return []
    facts = {"name": str(row), "reason": event.reason}
    at = row.disabled_at.isoformat() if row.disabled_at else ""
    return [Told(pk, f"webhook-disabled:{row.pk}:{at}", facts, _log(row)) for pk in _keepers(row)]


declare(
    Announcement(
        kind="webhook-disabled",
        event=EndpointDisabled,
        who=_told,
        title=_("The webhook %(name)s was switched off"),
        body=_("%(reason)s What happens meanwhile is kept for a month and can be sent again."),
        mail="notice",
        action=_("Look at its log"),
    )
)
