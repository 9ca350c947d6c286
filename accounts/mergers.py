"""What becomes of accounts' and core's rows where two accounts become one."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import LogEntry
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import (
    AdminProposal,
    AuthSession,
    DataExport,
    Deletion,
    HeldUsername,
    Invitation,
    MailedCode,
    PersonalToken,
    Skill,
    TutorProfile,
    TutorReview,
)
from tutorme.core.merging import Goes, Moves, Refuses, Stays, declare
from tutorme.core.models import AuditEntry, Job, OutboxEvent, ReportExport, StoredFile

_ACT = Stays("who did it is a fact")

# Ways in. Who comes by another service is led to the account that is kept; a password, a passkey or
# a token of the one that is closed opens nothing any more.
declare(SocialAccount, "user_id", Moves())
declare(EmailAddress, "user_id", Goes())
declare(Authenticator, "user_id", Goes())
declare(AuthSession, "user_id", Goes())
declare(PersonalToken, "user_id", Goes())
declare(MailedCode, "user_id", Goes())
declare(Invitation, "user_id", Goes())
declare(Invitation, "invited_by_id", _ACT)
# Addresses with an older name of theirs go on leading to them.
declare(HeldUsername, "user_id", Moves())
declare(Skill, "user_id", Moves(once=("name_key",)))
declare(
    TutorProfile,
    "user_id",
    Refuses(_("It teaches. A tutor's page, lessons and earnings stay one.")),
)
declare(TutorReview, "decided_by_id", _ACT)
declare(
    Deletion,
    "user_id",
    Refuses(_("It is about to be deleted."), Q(cancelled_at=None)),
    Stays("that and when it was asked for"),
)
declare(AdminProposal, "user_id", Refuses(_("Somebody proposed it as an admin's.")))
declare(AdminProposal, "proposed_by_id", _ACT)
declare(AdminProposal, "decided_by_id", _ACT)
declare(DataExport, "user_id", Stays("a copy of what that account had; gone in seven days"))
declare(LogEntry, "user_id", _ACT)
declare(AuditEntry, "actor_id", Stays("append-only"))
declare(OutboxEvent, "actor_id", _ACT)
declare(Job, "owner_id", _ACT)
declare(ReportExport, "owner_id", _ACT)
declare(StoredFile, "owner_id", Moves())
