"""What a member's window needs to be in a call: keys of a provider, or ways through networks."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tutorme.core.errors import ProviderNotConfigured, ProviderUnavailable
from tutorme.core.gateways import GatewayMisconfigured, GatewayRejected, GatewayUnavailable
from tutorme.core.transactions import outside_transaction
from video import ice
from video.gateways import twilio
from video.models import Room, RoomMember
from video.services import entry, taping


@dataclass(frozen=True)
class Grant:
    provider: str
    room: str
    identity: str
    expires_at: datetime
    epoch: int
    token: str | None = None
    ice_servers: list[dict[str, Any]] = field(default_factory=list)


@outside_transaction
def grant(*, user: Any, room_id: UUID, now: datetime | None = None) -> Grant:
    """For a member who may enter now, until the room closes. Whom it names is the member who
    asks; nothing of it can be wished for."""
    now = now or timezone.now()
    room = entry.find(user=user, room_id=room_id)
    member = entry.admit(user=user, room=room, now=now)
    if room.provider == Room.Provider.TWILIO:
        return _at_twilio(room, member, now)
    expires_at = min(room.closes_at, ice.expiry(now))
    return Grant(
        provider=room.provider,
        room=str(room.pk),
        identity=str(member.pk),
        expires_at=expires_at,
        epoch=room.epoch,
        ice_servers=ice.servers(identity=str(member.pk), expires_at=expires_at),
    )


def _at_twilio(room: Room, member: RoomMember, now: datetime) -> Grant:
    name = f"{room.pk}-{room.epoch}"
    try:
        gateway = twilio.gateway()
        # Asked each time: an empty room ends at Twilio after some minutes, and a provider that is
        # down is better noticed here than in the middle of a call.
        _keep(room, gateway.ensure_room(name, most=room.capacity, seconds=_length(room)))
        token = gateway.token(
            identity=str(member.pk), room=name, seconds=int((room.closes_at - now).total_seconds())
        )
    except GatewayMisconfigured as error:
        raise ProviderNotConfigured from error
    except (GatewayUnavailable, GatewayRejected) as error:
        raise ProviderUnavailable from error
    return Grant(room.provider, name, str(member.pk), room.closes_at, room.epoch, token=token)


def _length(room: Room) -> int:
    return int((room.closes_at - room.opens_at).total_seconds())


def _keep(room: Room, sid: str) -> None:
    """What the provider calls the room. Somebody may have moved the call on meanwhile: then this
    one stays empty and the provider lets it go by itself."""
    with transaction.atomic():
        fresh = entry.locked(room.pk)
        if fresh.epoch == room.epoch and fresh.provider_room != sid:
            Room.objects.filter(pk=room.pk).update(provider_room=sid)
            fresh.provider_room = sid
            if fresh.taping == Room.Taping.ON:
                taping.apply_later(fresh)
