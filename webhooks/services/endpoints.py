"""Where programs want to hear: made, changed, their secrets rotated, switched off and on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from certificates.models import Organization
from tutorme.core import audit, outbox, outside
from tutorme.core.errors import InvalidInput, NotAllowed, NotFound
from tutorme.core.gateways import GatewayRejected
from webhooks import catalog, signing
from webhooks.errors import TooManyEndpoints
from webhooks.events import EndpointDisabled
from webhooks.models import Endpoint

MOST = 10
OVERLAP = timedelta(hours=24)
State = Endpoint.State
_FIELDS = ("url", "description", "types", "state")


@dataclass(frozen=True)
class For:
    """Whose endpoint it is: a person's, an organisation's, or the site's."""

    owner_id: UUID | None = None
    organization_id: UUID | None = None

    @property
    def is_site(self) -> bool:
        return self.owner_id is None and self.organization_id is None


@dataclass(frozen=True)
class Made:
    """`secret` is told here and never again."""

    row: Endpoint
    secret: str


def may_speak_to(port: int) -> bool:
    """The usual port, and those a program can have without being root."""
    return port == outside.HTTPS or port >= 1024


def whom(user: User, *, organization_id: UUID | None = None, site: bool = False) -> For:
    """Raises `NotAllowed` or `NotFound` where the person may not listen in that name."""
    if site:
        if not user.is_admin:
            raise NotAllowed
        return For()
    if organization_id is None:
        return For(owner_id=user.pk)
    if not owned_by(user).filter(pk=organization_id).exists():
        raise NotFound
    return For(organization_id=organization_id)


def owned_by(user: User) -> QuerySet[Organization]:
    return Organization.objects.open().filter(members__user=user, members__role="owner")


def make(*, whose: For, actor_id: UUID, url: str, types: list[str], description: str = "") -> Made:
    secret = signing.new_secret()
    chosen = {"owner_id": whose.owner_id, "organization_id": whose.organization_id}
    facts = {"url": _checked_url(url), "types": _checked_types(types, whose)}
    with transaction.atomic():
        _one_at_a_time(whose)
        if Endpoint.objects.filter(**_of(whose)).count() >= MOST:
            raise TooManyEndpoints
        row = Endpoint.objects.create(**chosen, **facts, description=description, secret=secret)
        audit.record("webhook.made", target=row, actor_id=actor_id, after=_said(row))
    return Made(row, secret)


def _of(whose: For) -> dict[str, Any]:
    if whose.is_site:
        return {"owner__isnull": True, "organization__isnull": True}
    return {"owner_id": whose.owner_id, "organization_id": whose.organization_id}


def _one_at_a_time(whose: For) -> None:
    """Endpoints of one owner are counted by one caller at a time, until the transaction ends."""
    name = f"webhooks:{whose.owner_id or whose.organization_id or 'site'}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def _checked_url(url: str) -> str:
    try:
        if not outside.is_stand_in(url):
            outside.refuse_bad(url, may_speak_to=may_speak_to)
    except GatewayRejected as error:
        said = _("Give an https address that can be reached from the internet.")
        raise _refused("/url", "address", said) from error
    return url.strip()


def _checked_types(types: list[str], whose: For) -> list[str]:
    known = {kind.name for kind in catalog.offered(to_site=whose.is_site)}
    if not types or not set(types) <= known:
        raise _refused("/types", "unknown", _("Choose from the list of events."))
    return sorted(set(types))


def _refused(pointer: str, code: str, detail: str) -> InvalidInput:
    return InvalidInput(errors=[{"pointer": pointer, "code": code, "detail": detail}])


def change(*, row: Endpoint, changes: dict[str, Any], actor_id: UUID) -> Endpoint:
    """`state` may be set to active or paused; making it active forgets why it was switched off."""
    with transaction.atomic():
        kept = Endpoint.objects.select_for_update(no_key=True).get(pk=row.pk)
        before = _said(kept)
        _apply(kept, changes)
        kept.version += 1
        kept.save()
        audit.record(
            "webhook.changed", target=kept, actor_id=actor_id, before=before, after=_said(kept)
        )
    return kept


def _apply(row: Endpoint, changes: dict[str, Any]) -> None:
    whose = For(row.owner_id, row.organization_id)
    if "url" in changes:
        row.url = _checked_url(changes["url"])
    if "types" in changes:
        row.types = _checked_types(changes["types"], whose)
    if "description" in changes:
        row.description = changes["description"]
    if "state" in changes:
        row.state = State(changes["state"])
        row.failing_since, row.disabled_at, row.disabled_reason = None, None, ""


def rotate(*, row: Endpoint, actor_id: UUID) -> Made:
    """Both secrets sign for a day; then the new one alone."""
    secret = signing.new_secret()
    with transaction.atomic():
        kept = Endpoint.objects.select_for_update(no_key=True).get(pk=row.pk)
        kept.previous_secret, kept.secret = kept.secret, secret
        kept.previous_until = timezone.now() + OVERLAP
        kept.version += 1
        kept.save()
        audit.record("webhook.rotated", target=kept, actor_id=actor_id)
    return Made(kept, secret)


def remove(*, row: Endpoint, actor_id: UUID) -> None:
    """With its log; what waits is not sent any more."""
    with transaction.atomic():
        audit.record("webhook.removed", target=row, actor_id=actor_id, before=_said(row))
        Endpoint.objects.filter(pk=row.pk).delete()


def disable(*, endpoint_id: UUID, reason: str) -> bool:
    """By us, once; its owner is told. The caller holds the transaction."""
    active = Endpoint.objects.filter(pk=endpoint_id, state=State.ACTIVE)
    switched = active.update(
        state=State.DISABLED,
        disabled_at=Now(),
        disabled_reason=reason[:200],
        version=F("version") + 1,
    )
    if switched:
        row = Endpoint.objects.get(pk=endpoint_id)
        audit.record("webhook.disabled", target=row, reason=reason[:200])
        outbox.record(EndpointDisabled(endpoint_id, reason))
    return bool(switched)


def forget_old_secrets(now: datetime | None = None) -> int:
    ended = Endpoint.objects.filter(previous_until__lte=now or timezone.now())
    return ended.update(previous_secret="", previous_until=None)


def _said(row: Endpoint) -> dict[str, Any]:
    """For the audit trail: an address may be a secret by itself, so only its host is kept."""
    said = {name: getattr(row, name) for name in _FIELDS if name != "url"}
    return {**said, "state": str(row.state), "host": row.url.split("/")[2][:100]}
