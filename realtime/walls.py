"""Who sees what people are told and tell each other."""

from tutorme.core.row_walls import ME, Closed, Open, Walled, declare, own, through

_OF_CONVERSATION = through("conversation_id", "realtime_conversation")

declare(
    # `pair` is the two ids with a sign between: a participant's row would have to ask itself.
    Walled("realtime_conversation", f"left(pair, 36) = {ME}::text OR right(pair, 36) = {ME}::text"),
    Walled("realtime_participant", _OF_CONVERSATION),
    Walled("realtime_message", _OF_CONVERSATION),
    Walled("realtime_messagefile", through("message_id", "realtime_message")),
    Walled("realtime_messagereport", own("reporter_id"), staff=True),
    Walled("realtime_block", f"blocker_id = {ME} OR blocked_id = {ME}"),
    Walled("realtime_notification", own("user_id")),
    Walled("realtime_notificationpreference", own("user_id")),
    Walled("realtime_notificationsettings", own("user_id")),
    Walled("realtime_digestline", own("user_id")),
    Walled("realtime_maildelivery", own("user_id"), staff=True),
    Closed("realtime_suppression", "addresses that no mail goes to"),
    Closed("realtime_pushowed", "what a provider has yet to be told"),
    Open("realtime_channel", "a name and a number"),
    Open("realtime_channelevent", "which channels somebody hears, their door decides in code"),
    Open("realtime_presence", "who is here now; told to who hears the channel"),
)
