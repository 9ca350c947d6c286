"""What becomes of video's rows where two accounts become one: rooms of lessons go with them."""

from tutorme.core.merging import Moves, declare
from video.models import CallRating, ChatLine, Room, RoomMember

declare(Room, "host_id", Moves())
declare(RoomMember, "user_id", Moves(once=("room_id",)))
declare(ChatLine, "author_id", Moves())
declare(CallRating, "user_id", Moves(once=("room_id",)))
