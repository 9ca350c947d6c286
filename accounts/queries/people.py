"""What is shown of people beside their words."""

from uuid import UUID

from django.urls import reverse

from accounts.models import User
from tutorme.core.files import serving


def picture_of(user: User) -> str | None:
    """Address of somebody's picture; one query where they have one."""
    return serving.public_link(user.avatar) if user.avatar_id and user.avatar else None


def picture_address(file_id: UUID | None, name: str | None) -> str | None:
    """The same from columns of a list: no query per row."""
    return reverse("core-file", args=[file_id, name]) if file_id and name else None
