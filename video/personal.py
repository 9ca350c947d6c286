"""What video keeps about people: that they met and for how long; what they wrote goes."""

from tutorme.core.personal import Blank, Keep, Table, declare
from video.models import CallRating, ChatLine, Room, RoomMember

_MET = Keep("that two people met; who left is a pseudonym")

declare(
    Table(Room, "host_id", _MET, hidden=frozenset({"provider_room"})),
    Table(RoomMember, "user_id", _MET),
    Table(ChatLine, "author_id", Blank({"text": ""})),
    Table(CallRating, "user_id", Blank({"note": ""})),
)
