"""Two accounts of one person become one: what every table does is declared in the apps'
`mergers.py`. One is kept; the other is closed, and its row stays for what points at it.

All of it is one transaction under both accounts' locks, and may be repeated: what came in late,
from a request that was under way, moves the second time.
"""

import hashlib
from dataclasses import dataclass, field
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from accounts.errors import MergeRefused
from accounts.events import AccountsMerged
from accounts.models import TutorProfile, User
from tutorme.core import audit, merging, outbox
from tutorme.core.errors import ListMoved, NotAllowed
from tutorme.core.merging import Line, TextLike, Two
from tutorme.core.models import Job, OutboxDelivery
from tutorme.core.transactions import violated_constraint


@dataclass(frozen=True)
class Preview:
    """What would happen now, and why it may not. `seal` is the same while both are."""

    closed: User
    kept: User
    lines: list[Line] = field(default_factory=list)
    refusals: list[TextLike] = field(default_factory=list)

    @property
    def seal(self) -> str:
        told = f"{self.closed.pk} {self.kept.pk} {self.lines}"
        return hashlib.sha256(told.encode()).hexdigest()[:32]


def look(*, closed_id: UUID, kept_id: UUID) -> Preview:
    people = User.objects.in_bulk([closed_id, kept_id])
    closed, kept = people[closed_id], people[kept_id]
    two = Two(closed_id, kept_id)
    refusals = [*_of_the_accounts(closed, kept), *merging.refusals(two)]
    return Preview(closed, kept, merging.preview(two), list(dict.fromkeys(refusals)))


def merge(*, closed_id: UUID, kept_id: UUID, actor: User, reason: str, seal: str) -> None:
    """Closes one and gives the other what moves; nothing of it where something forbids it
    (`MergeRefused`) or the two are not as they were shown (`ListMoved`). By a superuser, never of
    an account of theirs."""
    if not (actor.is_superuser and actor.is_admin):
        raise NotAllowed
    try:
        with transaction.atomic():
            ids = sorted((closed_id, kept_id))
            list(User.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
            seen = look(closed_id=closed_id, kept_id=kept_id)
            if seen.refusals:
                raise MergeRefused(" ".join(str(why) for why in seen.refusals))
            if seen.seal != seal:
                raise ListMoved
            merging.carry_out(Two(closed_id, kept_id))
            _close(seen, actor, reason)
    except IntegrityError as clash:
        # Two lessons of one hour, a block of each other: what no declaration foresees the
        # database does, and nothing of the merge stays.
        name = violated_constraint(clash) or ""
        told = _("Both have what a person can have only one of (%(name)s).") % {"name": name}
        raise MergeRefused(told) from clash


def _close(seen: Preview, actor: User, reason: str) -> None:
    closed, kept = seen.closed, seen.kept
    User.objects.filter(pk=closed.pk).update(is_active=False, token_version=F("token_version") + 1)
    moved = {line.title: line.moved for line in seen.lines if line.moved}
    for row, word, other in (
        (closed, "user.merged_into", kept),
        (kept, "user.merged_from", closed),
    ):
        facts = {"account": str(other.pk), "moved": moved}
        audit.record(word, target=row, actor_id=actor.pk, after=facts, reason=reason)
    outbox.record(AccountsMerged(closed.pk, kept.pk, actor.pk), actor_id=actor.pk)


def _of_the_accounts(closed: User, kept: User) -> list[TextLike]:
    """What forbids it before any table is asked."""
    found: list[TextLike] = []
    if closed.pk == kept.pk:
        found.append(_("These are not two accounts."))
    if closed.is_staff or kept.is_staff:
        found.append(_("One of them runs the site. Such an account is never merged."))
    if closed.erased_at or kept.erased_at or not kept.is_active:
        found.append(_("The account to keep has to be open, and neither deleted."))
    if TutorProfile.objects.filter(user=kept).exists():
        found.append(_("The account to keep teaches. Only accounts of students are merged."))
    if _is_busy(closed.pk):
        found.append(_("Something is still being done for it in the background. Look again soon."))
    return found


def _is_busy(user_id: UUID) -> bool:
    """News of it that nobody acted upon yet would still be acted upon for the closed account."""
    owed = OutboxDelivery.objects.exclude(state=OutboxDelivery.State.DONE)
    told = owed.annotate(text=Cast("event__payload", TextField()))
    jobs = Job.objects.exclude(state__in=Job.FINAL).annotate(text=Cast("args", TextField()))
    return (
        told.filter(text__contains=str(user_id)).exists()
        or jobs.filter(text__contains=str(user_id)).exists()
    )
