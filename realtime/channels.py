"""The carrier of `tutorme.core.channels`, and who hears a conversation: its two people."""

from typing import Any
from uuid import UUID

from realtime.models import Conversation
from realtime.services.channels import publish
from realtime.vocabulary import CONVERSATION
from tutorme.core.channels import NOTHING, SPEAKS, Access, access, authorizes, carried_by

__all__ = ["access", "authorizes", "publish"]

carried_by(publish)


@authorizes(CONVERSATION, presence=True)
def conversation_of(user: Any, conversation_id: UUID) -> Access:
    mine = Conversation.objects.visible_to(user).filter(pk=conversation_id)
    return SPEAKS if mine.exists() else NOTHING
