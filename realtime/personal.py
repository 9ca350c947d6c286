"""What realtime keeps about people: what they were told, where mails went, what they wrote."""

from accounts.channels import USER
from accounts.models import User
from realtime.models import (
    Channel,
    MailDelivery,
    Message,
    MessageFile,
    MessageReport,
    Participant,
    Suppression,
)
from tutorme.core.channels import named
from tutorme.core.files import storing
from tutorme.core.personal import Blank, Delete, Erasure, Keep, Table, declare, erases

declare(
    Table(MailDelivery, "user_id", Delete(), frozenset({"message_id"})),
    Table(Participant, "user_id", Keep("the other one's conversation is with a pseudonym now")),
    Table(Message, "author_id", Blank({"body": "(removed)"})),
    Table(MessageReport, "reporter_id", Blank({"reason": ""})),
    Table(MessageReport, "decided_by_id", Keep("an act of the site"), is_exported=False),
)


@erases
def own_channel_and_address(erasure: Erasure) -> None:
    """What no column says is theirs."""
    Channel.objects.filter(pk=named(USER, erasure.user_id)).delete()
    address = User.objects.values_list("email", flat=True).get(pk=erasure.user_id)
    Suppression.objects.filter(address=address.lower()).delete()


@erases
def files_of_messages(erasure: Erasure) -> None:
    rows = MessageFile.objects.filter(message__author_id=erasure.user_id)
    files = list(rows.values_list("file_id", flat=True))
    rows.delete()
    for file_id in files:
        storing.discard(file_id)
