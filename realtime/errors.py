from django.utils.translation import gettext_lazy as _

from tutorme.core.errors import Conflict, DomainError, NotFound


class NotResendable(Conflict):
    code = "mail-not-resendable"
    title = _("This mail is not to be sent again")
    explanation = _("Only a mail that failed, or whose outcome is unknown, can be sent again.")


class ChannelRefused(DomainError):
    """`channel` names it. One that does not exist is refused in the same words."""

    code = "channel-refused"
    title = _("This channel is not open to you")
    status = 403
    explanation = _("Whoever owns what it is about does not let you listen or speak there.")


class EventRefused(DomainError):
    code = "event-refused"
    title = _("This cannot be said on a channel")
    status = 400
    explanation = _("The event is not one that clients say, or its data is not of its shape.")


class TooManyChannels(DomainError):
    code = "too-many-channels"
    title = _("Too many channels at once")
    status = 400
    explanation = _("One connection listens to twenty channels at most.")


class WebhookNotGenuine(DomainError):
    code = "realtime-webhook-not-genuine"
    title = _("This message is not from the provider")
    status = 400
    explanation = _("Its signature is absent, or does not fit the body and our secret.")


class KindNotChoosable(DomainError):
    """`kind` names it."""

    code = "notification-kind-not-choosable"
    title = _("This cannot be turned off")
    status = 400
    explanation = _("There is no such kind of news, or it is about your account's safety or money.")


class UnsubscribeInvalid(NotFound):
    code = "unsubscribe-invalid"
    title = _("This link leads nowhere")
    explanation = _("It is not one of ours. Your settings say what you are told.")


class MayNotWrite(DomainError):
    code = "conversation-not-possible"
    title = _("You cannot write to this person")
    status = 403
    explanation = _("One of you blocked the other, or the account is closed.")


class ConversationClosed(Conflict):
    code = "conversation-closed"
    title = _("Wait for an answer")
    explanation = _(
        "You asked with one message. You can write on once it is answered, or once you have a "
        "lesson or a course together."
    )


class ConversationNotAsked(Conflict):
    code = "conversation-not-asked"
    title = _("There is nothing to answer here")
    explanation = _("Only whoever was asked can say yes or no, and only once.")


class MessageEmpty(DomainError):
    code = "message-empty"
    title = _("The message is empty")
    status = 400
    explanation = _("Write something, or attach a file.")


class TooManyFiles(DomainError):
    code = "message-too-many-files"
    title = _("Too many files for one message")
    status = 400
    explanation = _("A message takes five files.")


class OwnMessage(DomainError):
    code = "message-is-yours"
    title = _("You wrote this message")
    status = 400
    explanation = _("Reports are about what others wrote.")


class ReportDecided(Conflict):
    code = "message-report-decided"
    title = _("Somebody decided already")
    explanation = _("A report is decided once.")
