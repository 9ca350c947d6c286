"""Addresses people give us, which others will press."""

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_VIDEO_HOSTS = frozenset(
    "youtube.com www.youtube.com m.youtube.com youtu.be"
    " vimeo.com www.vimeo.com player.vimeo.com".split()
)


def check_video_link(value: str) -> None:
    """A page of a video site, by https; nothing that could act, and nobody's own host."""
    if any(ord(char) < 33 or ord(char) > 126 or char in '\\"<>' for char in value):
        raise ValidationError(_("This is not an address."), code="link")
    try:
        parts = urlsplit(value)
        plain = parts.scheme == "https" and parts.port is None and "@" not in parts.netloc
    except ValueError as error:
        raise ValidationError(_("This is not an address."), code="link") from error
    if not plain or (parts.hostname or "") not in _VIDEO_HOSTS or len(parts.path) < 2:
        raise ValidationError(
            _("Give the https address of a video at YouTube or Vimeo."), code="link"
        )
