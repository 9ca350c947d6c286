"""What people are told about the ways into their account: codes they asked for, and changes."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.changes import CHANGES
from accounts.errors import CodeInvalid
from accounts.events import CodeRequested, SecurityChanged
from accounts.models import MailedCode, PendingRegistration, User
from accounts.services import codes
from realtime.announcements import Addressee, Announcement, Facts, TextLike, Told, declare


def _signer_up(event: CodeRequested) -> list[Told]:
    """Nobody where the address has an account: its owner hears `RegistrationRepeated`."""
    said = PendingRegistration.objects.filter(code_id=event.code_id).select_related("code").first()
    if said is None:
        return []
    to = Addressee(said.code.email, said.display_name, said.locale)
    return [_code_to(event, None, reverse("account_signup_code"), to)]


def _resetter(event: CodeRequested) -> list[Told]:
    code = _code_of_reset(event)
    if code is None or event.offered:
        return []
    return [_code_to(event, code.user_id, reverse("account_reset_code"))]


def _offered_reset(event: CodeRequested) -> list[Told]:
    code = _code_of_reset(event)
    if code is None or not event.offered:
        return []
    return [_code_to(event, code.user_id, reverse("account_reset_offered", args=[code.pk]))]


def _code_of_reset(event: CodeRequested) -> MailedCode | None:
    codes = MailedCode.objects.filter(pk=event.code_id, purpose="reset")
    return codes.exclude(user=None).first()


def _mover(event: CodeRequested) -> list[Told]:
    """Nobody where somebody else has the new address: whoever asks learns nothing by it."""
    moves = MailedCode.objects.filter(pk=event.code_id, purpose="change_email")
    code = moves.select_related("user").first()
    if code is None or code.user is None or User.objects.filter(email=code.email).exists():
        return []
    to = Addressee(code.email, code.user.display_name, code.user.locale)
    return [_code_to(event, code.user_id, reverse("account_email_code"), to)]


def _code_to(
    event: CodeRequested, user_id: UUID | None, url: str, to: Addressee | None = None
) -> Told:
    """The row holds the code's id alone; the code is made when the mail is written."""
    return Told(user_id, f"code:{event.code_id}", {"code_id": str(event.code_id)}, url, to)


def _code_text(facts: Facts) -> Facts:
    code_id = UUID(facts["code_id"])
    if not MailedCode.objects.filter(pk=code_id, used_at=None, expires_at__gt=Now()).exists():
        raise CodeInvalid
    return {**facts, "code": codes.text_of(code_id)}


def _offered_text(facts: Facts) -> Facts:
    page = reverse("account_reset_offered", args=[facts["code_id"]])
    return {**_code_text(facts), "link": f"{settings.PUBLIC_BASE_URL}{page}"}


_CODE_MAILS: list[tuple[str, Callable[[CodeRequested], list[Told]], TextLike, TextLike]] = [
    (
        "code-register",
        _signer_up,
        _("Your code for TutorMe"),
        _("Type this code where you signed up, and your account is made."),
    ),
    (
        "code-reset",
        _resetter,
        _("Your code for a new password"),
        _("Type this code where you asked for it, and choose a new password."),
    ),
    (
        "code-email",
        _mover,
        _("Your code for this address"),
        _("Type this code in your settings, and your account moves to this address."),
    ),
]
for _kind, _who, _title, _body in _CODE_MAILS:
    declare(
        Announcement(
            kind=_kind,
            is_essential=True,
            event=CodeRequested,
            who=_who,
            title=_title,
            body=_body,
            in_page=False,
            mail="code",
            action=_("Type the code"),
            read_as=_code_text,
        )
    )
declare(
    Announcement(
        kind="code-reset-offered",
        is_essential=True,
        event=CodeRequested,
        who=_offered_reset,
        title=_("A way back into your account"),
        body=_(
            "We send you this because we were asked to help you back in. Open the page below, type "
            "the code %(code)s there, and choose a new password. It works once, for a day. Nobody "
            "from TutorMe will ever ask you for it. If you did not ask for help, you need do "
            "nothing: your password stays as it is."
        ),
        in_page=False,
        mail="notice",
        action=_("Choose a new password"),
        read_as=_offered_text,
    )
)


def _told_of_security(event: SecurityChanged) -> list[Told]:
    """The account's own address; after a move also the one it left."""
    facts = {
        "what": event.change,
        "device": event.device,
        "address": event.address,
        "at": event.at.isoformat(),
    }
    key = f"security:{event.notice_id}"
    user = User.objects.only("display_name", "locale").get(pk=event.user_id)
    told = [Told(event.user_id, key, facts, reverse("settings-security"))]
    if event.old_email:
        to = Addressee(event.old_email, user.display_name, user.locale)
        told.append(Told(event.user_id, f"{key}:old", facts, "", to))
    return told


def _security_words(facts: Facts) -> Facts:
    at = datetime.fromisoformat(facts["at"])
    change = str(CHANGES.get(facts["what"], facts["what"]))
    when = date_format(at, "DATETIME_FORMAT")
    return {**facts, "change": change, "when": f"{when} UTC", "device": facts["device"] or "—"}


declare(
    Announcement(
        kind="security",
        is_essential=True,
        event=SecurityChanged,
        who=_told_of_security,
        title=_("%(change)s"),
        body=_("If it was you, you need do nothing."),
        mail="security",
        action=_("Look at your security settings"),
        read_as=_security_words,
    )
)
