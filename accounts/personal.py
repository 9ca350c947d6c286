"""What accounts and core keep about people."""

from collections.abc import Iterator
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import LogEntry
from django.db.models.functions import Now

from accounts.models import (
    AdminProposal,
    AuthSession,
    DataExport,
    Deletion,
    Invitation,
    MailedCode,
    PersonalToken,
    TutorLanguage,
    TutorPaper,
    TutorPrivate,
    TutorReview,
    TutorSubject,
    User,
)
from tutorme.core import report_exports
from tutorme.core.files import blobs, storing
from tutorme.core.models import AuditEntry, Job, OutboxDelivery, OutboxEvent, StoredFile
from tutorme.core.personal import (
    Attached,
    Delete,
    Erasure,
    Keep,
    Table,
    attaches,
    declare,
    erases,
)

_TUTOR = "profile__user_id"

declare(
    Table(
        User,
        "id",
        Keep("the row that is left is a pseudonym"),
        hidden=frozenset({"password", "token_version", "username_skeleton"}),
    ),
    Table(AuthSession, "user_id", Delete(), frozenset({"current_jti", "previous_jti"})),
    Table(Authenticator, "user_id", Delete(), frozenset({"data"})),
    Table(SocialAccount, "user_id", Delete()),
    Table(PersonalToken, "user_id", Delete(), frozenset({"digest"})),
    Table(MailedCode, "user_id", Delete(), is_exported=False),
    Table(Deletion, "user_id", Keep("that and when it was asked for")),
    Table(
        AdminProposal,
        "user_id",
        Keep("who decided what; an open one is closed"),
        hidden=frozenset({"proposed_by", "decided_by", "reason", "decision"}),
    ),
    Table(AdminProposal, "proposed_by_id", Keep("an admin's act"), is_exported=False),
    Table(AdminProposal, "decided_by_id", Keep("an admin's act"), is_exported=False),
    Table(Invitation, "invited_by_id", Keep("an admin's act"), is_exported=False),
    Table(TutorSubject, _TUTOR, Delete()),
    Table(TutorLanguage, _TUTOR, Delete()),
    Table(TutorPaper, _TUTOR, Delete()),
    Table(TutorPrivate, _TUTOR, Delete()),
    Table(TutorReview, _TUTOR, Delete()),
    Table(TutorReview, "decided_by_id", Keep("an admin's act"), is_exported=False),
    Table(LogEntry, "user_id", Delete()),
    Table(AuditEntry, "actor_id", Keep("append-only, and names fields, not what they held")),
    Table(OutboxEvent, "actor_id", Keep("ids alone; gone after thirty days"), is_exported=False),
    Table(Job, "owner_id", Keep("ids alone"), frozenset({"key", "request_id"})),
    Table(StoredFile, "owner_id", Keep("what others still use; the rest is discarded before")),
    Table(DataExport, "user_id", Delete()),
)


@erases
def discard_files(wish: Erasure) -> None:
    """Copies of one's data, papers, and what nothing uses. A picture goes with the account's own
    row; what an app keeps a reference to, that app declares."""
    exports = DataExport.objects.filter(user_id=wish.user_id, file__isnull=False)
    chosen = list(exports.values_list("file_id", flat=True))
    exports.update(file=None)
    papers = TutorPaper.objects.filter(profile_id=wish.user_id)
    chosen += list(papers.values_list("file_id", flat=True))
    papers.delete()
    unused = StoredFile.objects.filter(owner_id=wish.user_id, kept_at=None)
    chosen += list(unused.values_list("pk", flat=True))
    for file_id in chosen:
        storing.discard(file_id)
    report_exports.forget(wish.user_id)


@erases
def close_proposals(wish: Erasure) -> None:
    """Nobody makes an admin of an account that is gone."""
    waiting = AdminProposal.objects.filter(user_id=wish.user_id, state=AdminProposal.State.OPEN)
    waiting.update(state=AdminProposal.State.WITHDRAWN, decided_at=Now())


@erases
def forget_events(wish: Erasure) -> None:
    """Events everybody has dealt with may tell of devices and of addresses somebody had."""
    about = OutboxEvent.objects.filter(payload__user_id=str(wish.user_id), key=None)
    owed = OutboxDelivery.objects.exclude(state=OutboxDelivery.State.DONE)
    about.exclude(pk__in=owed.values("event_id")).delete()


@attaches
def own_files(user_id: UUID) -> Iterator[Attached]:
    """What somebody uploaded, but for earlier copies of the same."""
    rows = StoredFile.objects.filter(owner_id=user_id).exclude(
        purpose__in=("data-export", "report")
    )
    for row in rows.order_by("pk"):
        path = blobs.path_of(row.key)
        if path.exists():
            yield Attached(f"{row.purpose}/{row.pk}-{row.name}", path)
