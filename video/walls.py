"""Who sees the rows of rooms."""

from tutorme.core.row_walls import ME, Rows, Walled, asks_past, declare, own, through

_OF_ROOM = through("room_id", "video_room")

asks_past(
    Rows(
        "video_my_rooms",
        "SELECT room_id FROM video_roommember WHERE user_id = core_actor() AND removed_at IS NULL",
    )
)
declare(
    Walled("video_room", f"host_id = {ME} OR id IN (SELECT video_my_rooms())", staff=True),
    Walled("video_roommember", f"user_id = {ME} OR {_OF_ROOM}", staff=True),
    Walled("video_presence", _OF_ROOM),
    Walled("video_callevent", _OF_ROOM),
    Walled("video_signal", _OF_ROOM),
    Walled("video_recording", _OF_ROOM),
    Walled("video_chatline", _OF_ROOM),
    Walled("video_callrating", own("user_id"), staff=True),
)
