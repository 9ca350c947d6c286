"""What is private, column by column, and who may read it. test_canary.py looks for it everywhere.

A column that sounds private (`SOUNDS_PRIVATE`) and is not listed here fails the build: whoever adds
one says who may see what it holds.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.db import Error, models, transaction

SOUNDS_PRIVATE = re.compile(
    r"password|secret|token|digest|jti|session_key|e?mail$|phone|legal|_address$|^address$|tax_number"
    r"|^provider_.*_id$|^uid$|^device$|host_url|start_url|passcode"
)
SHORTEST = 8
_ROWS = 40


@dataclass(frozen=True)
class Private:
    """`owners` are paths from a row to people who may read it; staff may unless `staff` is off."""

    model: str
    column: str
    owners: tuple[str, ...] = ()
    staff: bool = True


def nobody(model: str, *columns: str) -> list[Private]:
    return [Private(model, column, staff=False) for column in columns]


def site(model: str, *columns: str) -> list[Private]:
    return [Private(model, column) for column in columns]


def own(model: str, owner: str, *columns: str) -> list[Private]:
    return [Private(model, column, (owner,)) for column in columns]


REGISTER = [
    *nobody("accounts.User", "password"),
    *nobody("accounts.AuthSession", "current_jti", "previous_jti", "session_key", "device"),
    *nobody("accounts.PersonalToken", "digest"),
    *nobody("accounts.PendingRegistration", "password"),
    *nobody("mfa.Authenticator", "data"),
    *nobody("booking.CalendarConnection", "access_token", "refresh_token", "sync_token"),
    *nobody("booking.CalendarConnection", "channel_secret"),
    *nobody("booking.CalendarFeed", "digest"),
    *nobody("webhooks.Endpoint", "secret", "previous_secret"),
    *own("webhooks.Endpoint", "owner_id", "url"),
    *own("accounts.User", "id", "email"),
    *own("accounts.MailedCode", "user_id", "email"),
    *own("accounts.AuthSession", "user_id", "address"),
    *own("accounts.TutorPrivate", "profile_id", "legal_name", "phone"),
    *own("accounts.TutorPaper", "profile_id", "title"),
    *own("accounts.TutorReview", "profile_id", "reason"),
    *own("socialaccount.SocialAccount", "user_id", "uid"),
    *own("payments.BillingDetails", "user_id", "name", "address", "tax_number"),
    *own("payments.CreditLot", "owner_id", "reason"),
    *own("payments.PayoutMethod", "user_id", "email"),
    *own("payments.PayoutItem", "payee_id", "email", "provider_item_id"),
    *own("payments.Order", "buyer_id", "provider_capture_id", "approve_url", "note"),
    *own("payments.Refund", "order__buyer_id", "note"),
    *own("payments.Subscription", "user_id", "approve_url", "change_url"),
    *site("payments.Order", "provider_order_id"),
    *site("payments.Subscription", "provider_subscription_id"),
    *site("payments.PlanVersion", "provider_plan_id"),
    *site("payments.Refund", "provider_refund_id"),
    *site("payments.SubscriptionRefund", "provider_refund_id"),
    *site("payments.Dispute", "provider_dispute_id"),
    *site("payments.PayoutBatch", "provider_batch_id", "note"),
    *site("certificates.Delivery", "to_address"),
    *site("certificates.ImportRow", "email"),
    *site("certificates.Learner", "email"),
    *site("certificates.Member", "email"),
    *site("certificates.Organization", "contact_email"),
    *site("realtime.Suppression", "address"),
    *site("core.AuditEntry", "reason"),
    *site("core.InboxMessage", "body", "headers"),
    *own("booking.CalendarConnection", "user_id", "account"),
    *own("booking.CalendarFeed", "user_id", "token"),
    *own("courses.LessonNote", "user_id", "body"),
    Private("courses.Submission", "text", ("enrollment__user_id", "lesson__course__instructor_id")),
    Private("booking.Booking", "note", ("student_id", "tutor_id")),
    *own("realtime.MailDelivery", "user_id", "to_address"),
]
# Sounds private and is not.
OPEN = {
    "accounts.User.token_version": "a number",
    "accounts.AuthSession.token_version": "a number",
    "realtime.NotificationSettings.digest": "how often",
    "payments.LedgerSeal.digest": "for whoever checks the books",
    "core.AuditSeal.digest": "for whoever checks the trail",
}


def unlisted() -> list[str]:
    listed = {f"{row.model}.{row.column}" for row in REGISTER} | OPEN.keys()
    return sorted(
        name
        for model in apps.get_models()
        for column in model._meta.local_fields
        if isinstance(column, models.CharField | models.TextField | models.JSONField)
        and SOUNDS_PRIVATE.search(column.name)
        and (name := f"{model._meta.label}.{column.name}") not in listed | _LIBRARIES
    )


# Tables of libraries we use no row of (allauth keeps its addresses in User.email here).
_LIBRARIES = {
    "account.EmailAddress.email",
    "socialaccount.SocialApp.secret",
    "socialaccount.SocialToken.token",
    "socialaccount.SocialToken.token_secret",
    "sessions.Session.session_key",
    "admin.LogEntry.change_message",
}


@dataclass
class Canary:
    text: str
    where: frozenset[str]
    staff: bool
    owners: frozenset[str] = field(default_factory=frozenset)

    def is_for(self, user: Any) -> bool:
        if user is None:
            return False
        return str(user.pk) in self.owners or (self.staff and user.is_staff)


def plant() -> list[Canary]:
    """What each private column holds now; a word of ours where it is empty. What several people
    hold alike is no secret of one of them."""
    found: dict[str, Canary] = {}
    for canary in (canary for row in REGISTER for canary in _planted(row)):
        kept = found.setdefault(canary.text, canary)
        kept.owners |= canary.owners
        kept.where |= canary.where
        kept.staff |= canary.staff
    return list(found.values())


def _planted(row: Private) -> Iterator[Canary]:
    model = apps.get_model(row.model)
    where = f"{row.model}.{row.column}"
    for pk in model._default_manager.order_by("-pk").values_list("pk", flat=True)[:_ROWS]:
        one = model._default_manager.filter(pk=pk)
        owners = frozenset(str(one.values_list(path, flat=True)[0]) for path in row.owners)
        for text in _words(one, row.column):
            yield Canary(text, frozenset({where}), row.staff, owners)


def _words(one: Any, column: str) -> list[str]:
    found = _texts(one.values_list(column, flat=True)[0])
    if found:
        return found
    kind = one.model._meta.get_field(column)
    word: object = f"canary-{column}-{one[0].pk}"[-(kind.max_length or 60) :]
    word = uuid4() if isinstance(kind, models.UUIDField) else word
    try:
        with transaction.atomic():
            one.update(**{column: word})
    except (Error, ValueError):
        return []  # the database keeps that for another kind of row
    return _texts(one.values_list(column, flat=True)[0])


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict | list):
        parts = value.values() if isinstance(value, dict) else value
        return [text for part in parts for text in _texts(part)]
    if isinstance(value, memoryview | bytes):
        value = bytes(value).decode("utf-8", "replace")
    text = str(value) if isinstance(value, str) or hasattr(value, "hex") else ""
    return [text] if len(text) >= SHORTEST else []


def unplanted(birds: list[Canary]) -> set[str]:
    """Columns of tables with rows for which there is nothing to look."""
    there = {where for bird in birds for where in bird.where}
    filled = (row for row in REGISTER if apps.get_model(row.model)._default_manager.exists())
    return {f"{row.model}.{row.column}" for row in filled} - there


def of_sign_ins() -> list[Canary]:
    """The keys of sign-ins made since: nobody is shown them either."""
    rows = [row for row in REGISTER if row.model == "accounts.AuthSession" and not row.staff]
    return [canary for row in rows for canary in _planted(row)]
