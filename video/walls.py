"""Who sees the rows of rooms."""

from tutorme.core.row_walls import ME, Rows, Walled, asks_past, declare, own, through

_OF_ROOM = through("room_id", "video_room")
# What is said in a room, and how its browsers find each other, is not for those who run the site.
_IN_ROOM = f"""EXISTS (
SELECT 1 FROM video_room AS r
 WHERE r.id = room_id AND (r.host_id = {ME} OR r.id IN (SELECT video_my_rooms())))"""

asks_past(
    Rows(
        "video_my_rooms",
        "SELECT room_id FROM video_roommember WHERE user_id = core_actor() AND removed_at IS NULL",
    )
)
declare(
    Walled("video_room", f"host_id = {ME} OR id IN (SELECT video_my_rooms())", staff=True),
    Walled("video_roommember", f"user_id = {ME} OR {_OF_ROOM}", staff=True),
    Walled("video_presence", _OF_ROOM, staff=True),
    Walled("video_callevent", _OF_ROOM, staff=True),
    Walled("video_signal", _IN_ROOM),
    Walled("video_recording", _IN_ROOM),
    Walled("video_chatline", _IN_ROOM),
    Walled("video_callrating", own("user_id"), staff=True),
)
