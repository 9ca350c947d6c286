from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from certificates.models import Certificate, CertificateTemplate  # noqa: F401


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def visible_to(self, user: object) -> "CertificateQuerySet":
        """One's own; all of them for the people who run the site."""
        if getattr(user, "is_staff", False):
            return self
        key = getattr(user, "pk", None)
        return self.filter(user_id=key) if key else self.none()

    def verifiable(self) -> "CertificateQuerySet":
        """What the public may ask about: it was issued, whether or not it still counts."""
        return self.exclude(state="pending")


class TemplateQuerySet(models.QuerySet["CertificateTemplate"]):
    def newest(self, name: str) -> "TemplateQuerySet":
        return self.filter(name=name).order_by("-version")
