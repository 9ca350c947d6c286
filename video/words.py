"""What the room's script says, in the reader's language."""

from django.utils.translation import gettext as _


def room_words() -> dict[str, str]:
    return {
        "you": _("you"),
        "pin": _("Make large"),
        "hand": _("hand raised"),
        "muted": _("microphone off"),
        "sharing": _("shows the screen"),
        "connecting": _("connecting"),
        "reconnecting": _("reconnecting"),
        "left": _("%s left"),
        "over": _("%s over"),
        "moved": _("The call goes on in the built-in room."),
        "camera_good": _("Your camera works."),
        "camera_refused": _(
            "The browser was told not to use the camera. "
            "The sign beside the address lets you change that."
        ),
        "camera_busy": _("Another program uses the camera."),
        "camera_missing": _("No camera was found. Others will see your initials."),
        "microphone_good": _("Your microphone works. Speak and watch the bar."),
        "microphone_refused": _(
            "The browser was told not to use the microphone. "
            "The sign beside the address lets you change that."
        ),
        "microphone_busy": _("Another program uses the microphone."),
        "microphone_missing": _("No microphone was found. You can listen and write."),
        "network_asking": _("Looking for ways through the network."),
        "network_relay": _("The network lets a call through, by a relay if need be."),
        "network_srflx": _("The network lets a call through."),
        "network_host": _("You can call people on your own network."),
        "network_none": _("No way through this network was found."),
        "network_away": _("The server does not answer. Check your connection."),
        "lost_replaced": _("You are in this room from another window."),
        "lost_removed": _("You are no longer a member of this room."),
        "lost_closed": _("This meeting has ended."),
    }
