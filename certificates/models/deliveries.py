from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from certificates.models.certificates import Certificate
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7


class Delivery(models.Model):
    """That a certificate is to be sent to somebody, once. What became of the mail is known to
    whoever sends mails, under this row's id."""

    class Recipient(models.TextChoices):
        LEARNER = "learner"
        CONTACT = "contact"

    class Reason(models.TextChoices):
        ISSUED = "issued"
        RESENT = "resent"
        REVOKED = "revoked"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    certificate = models.ForeignKey(Certificate, models.CASCADE, related_name="deliveries")
    recipient = models.CharField(max_length=7, choices=Recipient.choices)
    reason = models.CharField(max_length=7, choices=Reason.choices)
    # Of the sendings of one reason to one recipient; asking twice for the same gives one row.
    number = models.PositiveSmallIntegerField(default=1)
    to_name = models.CharField(max_length=120)
    to_address = models.EmailField(max_length=254)
    locale = models.CharField(max_length=12, default="en")
    as_link = models.BooleanField(default=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            one_of("recipient", ["learner", "contact"], "delivery_recipient"),
            one_of("reason", ["issued", "resent", "revoked"], "delivery_reason"),
            models.UniqueConstraint(
                fields=["certificate", "recipient", "reason", "number"], name="delivery_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certificate_id} to {self.recipient}"
