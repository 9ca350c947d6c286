"""The carrier of `tutorme.core.channels`; apps above may name its parts from here."""

from realtime import vocabulary  # noqa: F401  declared by being read
from realtime.services.channels import publish
from tutorme.core.channels import access, authorizes, carried_by

__all__ = ["access", "authorizes", "publish"]

carried_by(publish)
