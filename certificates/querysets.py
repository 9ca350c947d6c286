from typing import TYPE_CHECKING

from django.apps import apps
from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from certificates.models import (  # noqa: F401
        Certificate,
        CertificateTemplate,
        ExternalCourse,
        Learner,
        LearnerImport,
        Member,
        Organization,
    )


def _key(user: object) -> object:
    """Of an account that may still be used; nobody's otherwise."""
    return getattr(user, "pk", None) if getattr(user, "is_active", False) else None


def at_desk(user: object, organization: str) -> Q:
    """Rows whose `organization` path leads to a desk the person sits at. A row without an
    organisation is at nobody's desk."""
    return Q(
        (f"{organization}__members__user_id", _key(user)),
        (f"{organization}__archived_at__isnull", True),
    )


class OrganizationQuerySet(models.QuerySet["Organization"]):
    def visible_to(self, user: object) -> "OrganizationQuerySet":
        """Those one has a desk at; all for the people who run the site."""
        if getattr(user, "is_admin", False):
            return self
        key = _key(user)
        return self.filter(members__user_id=key, archived_at__isnull=True) if key else self.none()  # type: ignore[misc]

    def open(self) -> "OrganizationQuerySet":
        return self.filter(archived_at__isnull=True)


class MemberQuerySet(models.QuerySet["Member"]):
    def waiting_for(self, user: object) -> "MemberQuerySet":
        """Invitations to an address the person has proved to have."""
        if not getattr(user, "email_verified_at", None):
            return self.none()
        address = str(getattr(user, "email", "")).lower()
        return self.filter(email=address, user__isnull=True, organization__archived_at__isnull=True)


class ExternalCourseQuerySet(models.QuerySet["ExternalCourse"]):
    def open(self) -> "ExternalCourseQuerySet":
        return self.filter(archived_at__isnull=True)


class LearnerQuerySet(models.QuerySet["Learner"]):
    def visible_to(self, user: object) -> "LearnerQuerySet":
        if getattr(user, "is_admin", False):
            return self
        return self.filter(at_desk(user, "organization")) if _key(user) else self.none()

    def present(self) -> "LearnerQuerySet":
        return self.exclude(state="withdrawn")


class ImportQuerySet(models.QuerySet["LearnerImport"]):
    def visible_to(self, user: object) -> "ImportQuerySet":
        if getattr(user, "is_admin", False):
            return self
        return self.filter(at_desk(user, "organization")) if _key(user) else self.none()


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def visible_to(self, user: object) -> "CertificateQuerySet":
        """One's own and one's organisation's; all of them for the people who run the site."""
        if getattr(user, "is_admin", False):
            return self
        key = _key(user)
        if not key:
            return self.none()
        desks = apps.get_model("certificates", "Organization").objects.visible_to(user)
        return self.filter(Q(user_id=key) | Q(organization__in=desks))

    def live(self) -> "CertificateQuerySet":
        """Being made, or standing: at most one of a completion."""
        return self.filter(state__in=["pending", "issued"])

    def verifiable(self) -> "CertificateQuerySet":
        """What the public may ask about: it was issued, whether or not it still counts."""
        return self.exclude(state="pending")


class TemplateQuerySet(models.QuerySet["CertificateTemplate"]):
    def newest(self, name: str) -> "TemplateQuerySet":
        return self.filter(name=name).order_by("-version")
