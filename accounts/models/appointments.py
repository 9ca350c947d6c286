"""Who becomes an admin is decided by two."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User
from accounts.querysets import AdminProposalQuerySet
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7


class AdminProposal(models.Model):
    """One admin's wish that somebody become one. It gives nothing until another approves it, and
    stays, however it ends."""

    class State(models.TextChoices):
        OPEN = "open", _("Waiting")
        APPROVED = "approved", _("Approved")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="admin_proposals")
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    reason = models.TextField(max_length=1000)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    # Null in a decided row: the operator at the machine, or the person's account was erased.
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decision = models.TextField(max_length=1000, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = AdminProposalQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("state", ["open", "approved", "declined", "withdrawn"], "admin_proposal_state"),
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(state="open"), name="admin_proposal_one_open"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="approved")
                | models.Q(decided_by=None)
                | ~models.Q(decided_by=models.F("proposed_by")),
                name="admin_proposal_two_people",
            ),
            models.CheckConstraint(
                condition=~models.Q(user=models.F("proposed_by")), name="admin_proposal_of_another"
            ),
        ]
        indexes = [models.Index(fields=["state", "-created_at"], name="admin_proposal_queue")]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_state_display()})"
