"""A person's own channel is heard by that person, and by nobody who runs the site."""

from typing import Any
from uuid import UUID

from tutorme.core import channels

USER = "private-user-"


@channels.authorizes(USER, presence=True)
def own_channel(user: Any, user_id: UUID) -> channels.Access:
    return channels.LISTENS if user.pk == user_id else channels.NOTHING
