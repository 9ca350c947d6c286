"""What jobs make Twilio do: by the state they find, so that a late or repeated one does no harm."""

from uuid import UUID

from tutorme.core.transactions import outside_transaction
from video.gateways import twilio
from video.models import Recording, Room, RoomMember


@outside_transaction
def hang_up(*, provider_room: str) -> None:
    twilio.gateway().end_room(provider_room)


@outside_transaction
def tape(*, room_id: UUID) -> None:
    """Records while the row says so now, whatever it said when the job was written."""
    room = Room.objects.get(pk=room_id)
    if room.provider_room:
        twilio.gateway().record(room.provider_room, on=room.taping == Room.Taping.ON)


@outside_transaction
def put_out(*, member_id: UUID) -> None:
    """Who is no member any more leaves the call there, from every window."""
    member = RoomMember.objects.select_related("room").get(pk=member_id)
    sid = member.room.provider_room
    if member.removed_at is None or not sid:
        return
    gateway = twilio.gateway()
    for each in gateway.attendees(sid):
        if each.identity == str(member.pk):
            gateway.disconnect(sid, each.sid)


@outside_transaction
def delete_recording(*, recording_id: UUID) -> None:
    row = Recording.objects.get(pk=recording_id)
    twilio.gateway().delete_recording(row.sid)
