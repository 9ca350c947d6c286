from django.db import models
from django.db.models.functions import Lower, Now

from accounts.models.users import User
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7


class MailedCode(models.Model):
    """A code that was mailed to an address, to be typed once.

    The code itself is nowhere: it is derived from the id under the site's key when the mail is
    written and when it is checked. A row is made for unknown addresses too, so that asking for a
    code tells nothing. A try is counted by one UPDATE before the code is looked at.
    """

    class Purpose(models.TextChoices):
        REGISTER = "register"
        RESET = "reset"
        CHANGE_EMAIL = "change_email"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    email = models.EmailField(max_length=254)
    # Whose password or address it is about; None where nobody has this address.
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="mailed_codes")
    tries = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            one_of("purpose", ["register", "reset", "change_email"], "mailed_code_purpose"),
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="mailed_code_email_lower"
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], name="mailed_code_expiry")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.created_at}"


class PendingRegistration(models.Model):
    """What somebody said when they signed up. It becomes an account when they prove the address;
    until then it claims neither the address nor the username."""

    code = models.OneToOneField(
        MailedCode, models.CASCADE, primary_key=True, related_name="registration"
    )
    password = models.CharField(max_length=128)
    display_name = models.CharField(max_length=80)
    username = models.CharField(max_length=30, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    locale = models.CharField(max_length=12, default="en")
    wants_to_teach = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.display_name
