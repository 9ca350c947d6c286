"""What jobs make Twilio do: by the state they find, so that a late or repeated one does no harm."""

from uuid import UUID

from tutorme.core.transactions import outside_transaction
from video.gateways import twilio
from video.models import Recording, Room


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
def delete_recording(*, recording_id: UUID) -> None:
    row = Recording.objects.get(pk=recording_id)
    twilio.gateway().delete_recording(row.sid)
