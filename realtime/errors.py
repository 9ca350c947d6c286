from django.utils.translation import gettext_lazy as _

from tutorme.core.errors import Conflict, DomainError, NotFound


class NotResendable(Conflict):
    code = "mail-not-resendable"
    title = _("This mail is not to be sent again")
    explanation = _("Only a mail that failed, or of which nobody knows, can be sent again.")


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
