from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from certificates.querysets import MemberQuerySet, OrganizationQuerySet
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7


class Organization(models.Model):
    """Whose learners are certified. `website` is a bare host name and its identity in learner
    lists; `contact_email` receives the certificates."""

    class Delivery(models.TextChoices):
        ATTACHMENT = "attachment"
        LINK = "link"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120)
    website = models.CharField(max_length=253, unique=True)
    contact_name = models.CharField(max_length=80)
    contact_email = models.EmailField(max_length=254)
    locale = models.CharField(max_length=12, default="en")
    delivery = models.CharField(
        max_length=10, choices=Delivery.choices, default=Delivery.ATTACHMENT
    )
    tells_learners = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    archived_at = models.DateTimeField(null=True, editable=False)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        constraints = [one_of("delivery", ["attachment", "link"], "organization_delivery")]

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """Somebody at an organisation's desk. Invited by address; whoever proves to have that address
    accepts and becomes its `user`."""

    class Role(models.TextChoices):
        OWNER = "owner"
        DESK = "desk"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="members")
    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=5, choices=Role.choices, default=Role.DESK)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="desks"
    )
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    joined_at = models.DateTimeField(null=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("role", ["owner", "desk"], "organization_member_role"),
            models.UniqueConstraint(
                fields=["organization", "email"], name="organization_member_address"
            ),
            models.UniqueConstraint(
                fields=["organization", "user"],
                condition=models.Q(user__isnull=False),
                name="organization_member_once",
            ),
            models.CheckConstraint(
                condition=models.Q(user__isnull=True) | models.Q(joined_at__isnull=False),
                name="organization_member_joined",
            ),
        ]
        indexes = [models.Index(fields=["email"], name="organization_member_email")]

    def __str__(self) -> str:
        return f"{self.email} at {self.organization_id}"
