from django.utils.translation import gettext_lazy as _

from tutorme.core.errors import DomainError


class RoomNotOpen(DomainError):
    """`opens_at` and `closes_at` say when one may enter."""

    code = "room-not-open"
    title = _("The room is not open now")
    status = 409
    explanation = _("A room opens ten minutes before and closes a quarter of an hour after.")


class RoomEnded(DomainError):
    code = "room-ended"
    title = _("This meeting has ended")
    status = 409
    explanation = _("Its host ended it, or the lesson it was for was cancelled.")


class RoomFull(DomainError):
    """`capacity` says how many fit."""

    code = "room-full"
    title = _("The room is full")
    status = 409
    explanation = _("As many people are in it as fit. Try again when somebody has left.")


class NotAMember(DomainError):
    code = "not-a-member"
    title = _("You are not a member of this room")
    status = 403
    explanation = _("Only its members enter a room, and everybody in it sees who they are.")


class NotEntitled(DomainError):
    code = "room-not-entitled"
    title = _("What this room was for does not stand")
    status = 409
    explanation = _("The lesson is not confirmed, or its host no longer teaches here.")


class SeatLost(DomainError):
    code = "seat-lost"
    title = _("You are no longer in the room from here")
    status = 409
    explanation = _("You left, came in from another window, or were away too long. Join again.")


class InviteStrangers(DomainError):
    code = "invite-strangers"
    title = _("Some of these people cannot be invited")
    status = 422
    explanation = _("Invite people you have or had a lesson with.")


class TooManyMembers(DomainError):
    code = "too-many-members"
    title = _("That is more people than fit")
    status = 422
    explanation = _("Remove somebody first.")


class RecordingNotOffered(DomainError):
    code = "recording-not-offered"
    title = _("This room cannot be recorded")
    status = 409
    explanation = _("The built-in room sends pictures between its members only; nothing passes us.")


class RecordingNotIncluded(DomainError):
    code = "recording-not-included"
    title = _("Recordings are not part of the plan")
    status = 402
    explanation = _("Somebody in the room needs a plan with recordings.")


class CallbackRefused(DomainError):
    code = "callback-refused"
    title = _("This message was not sent by the provider")
    status = 403
    explanation = _("Its signature does not fit, or no secret is set to check it with.")


class SignalTooLarge(DomainError):
    code = "signal-too-large"
    title = _("A signal is too large")
    status = 413
    explanation = _("One signal carries 64 kilobytes at most.")
