"""What people are told about being tutors, about their data, and about accounts made for them."""

from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.errors import InvitationInvalid
from accounts.events import (
    AccountsMerged,
    DataExported,
    DeletionCancelled,
    DeletionDue,
    DeletionRequested,
    PaperAsked,
    TutorReviewed,
    TutorSubmitted,
    UserInvited,
)
from accounts.models import Deletion, TutorReview, User
from accounts.services import invitations
from realtime.announcements import Addressee, Announcement, Facts, Told, declare
from realtime.staff_news import who_may_act
from tutorme.core.models import ReportExport
from tutorme.core.report_exports import ReportReady
from tutorme.core.reports import Report


def _desk(event: TutorSubmitted) -> list[Told]:
    """Everybody who may decide."""
    name = User.objects.values_list("display_name", flat=True).get(pk=event.user_id)
    url = reverse("admin:accounts_tutorreview_decide", args=[event.review_id])
    return [
        Told(pk, f"tutor-submitted:{event.review_id}:{pk}", {"who": name}, url)
        for pk in who_may_act("tutor-submitted")
        if pk != event.user_id
    ]


declare(
    Announcement(
        kind="tutor-submitted",
        event=TutorSubmitted,
        who=_desk,
        title=_("%(who)s wants to teach"),
        body=_("An application waits to be read."),
        action=_("Read it"),
    )
)


def _asked(event: PaperAsked) -> list[Told]:
    facts = {"wanted": event.wanted}
    return [Told(event.user_id, f"paper-asked:{event.notice_id}", facts, reverse("tutor-profile"))]


declare(
    Announcement(
        kind="paper-asked",
        event=PaperAsked,
        who=_asked,
        title=_("We would like to see a paper"),
        body=_("Before we decide about your tutor page: %(wanted)s"),
        mail="notice",
        action=_("Add it to your papers"),
    )
)


def _applicant(event: TutorReviewed) -> list[Told]:
    reason = TutorReview.objects.values_list("reason", flat=True).get(pk=event.review_id)
    kind = "yes" if event.approved else "no"
    facts = {"verdict": f"{event.kind}-{kind}", "reason": reason}
    return [
        Told(event.user_id, f"tutor-reviewed:{event.review_id}", facts, reverse("tutor-profile"))
    ]


_VERDICTS = {
    "application-yes": _("Your tutor page is open to everybody now."),
    "application-no": _("We could not approve your tutor page yet."),
    "change-yes": _("Your changes are on your page."),
    "change-no": _("We could not approve your changes; your page stays as it was."),
}


def _verdict(facts: Facts) -> Facts:
    return {**facts, "verdict": str(_VERDICTS[facts["verdict"]])}


declare(
    Announcement(
        kind="tutor-reviewed",
        event=TutorReviewed,
        who=_applicant,
        title=_("We looked at your tutor page"),
        body=_("%(verdict)s %(reason)s"),
        mail="notice",
        action=_("See your tutor page"),
        read_as=_verdict,
    )
)


def _merged(event: AccountsMerged) -> list[Told]:
    """Whoever reads either letter box: a merger nobody asked for is noticed."""
    closed = User.objects.get(pk=event.closed_id)
    key = f"accounts-merged:{event.closed_id}:{event.kept_id}"
    facts = {"closed": closed.email}
    to = Addressee(closed.email, closed.display_name, closed.locale)
    return [
        Told(event.kept_id, key, facts, reverse("settings-security")),
        Told(None, f"{key}:closed", facts, "", to),
    ]


declare(
    Announcement(
        kind="accounts-merged",
        is_essential=True,
        event=AccountsMerged,
        who=_merged,
        title=_("Two accounts were made one"),
        body=_(
            "The account of %(closed)s was closed, and what it had is in the account that was "
            "kept. Sign in to that one from now on. If nobody asked for this, write to us at once."
        ),
        mail="notice",
        action=_("Look at your security settings"),
    )
)


def _exporter(event: DataExported) -> list[Told]:
    key = f"data-exported:{event.export_id}"
    return [Told(event.user_id, key, {}, reverse("settings-data"))]


declare(
    Announcement(
        kind="data-exported",
        is_essential=True,
        event=DataExported,
        who=_exporter,
        title=_("The copy of your data is ready"),
        body=_("It can be downloaded for seven days, by you alone."),
        mail="notice",
        action=_("Download it"),
    )
)


def _reader(event: ReportReady) -> list[Told]:
    row = ReportExport.objects.get(pk=event.export_id)
    url = reverse("admin-reports" if row.report == Report.BUSINESS else "teach-reports")
    facts = {"first": {"on": row.first_on.isoformat()}, "last": {"on": row.last_on.isoformat()}}
    query = f"?first_on={row.first_on}&last_on={row.last_on}#files"
    return [Told(event.owner_id, f"report-ready:{event.export_id}", facts, url + query)]


declare(
    Announcement(
        kind="report-ready",
        event=ReportReady,
        who=_reader,
        title=_("Your report is ready"),
        body=_("%(first)s to %(last)s, as a file for spreadsheets. It is kept for seven days."),
        action=_("Download it"),
    )
)


def _leaver(event: DeletionRequested | DeletionCancelled | DeletionDue) -> list[Told]:
    due = Deletion.objects.values_list("due_at", flat=True).get(pk=event.deletion_id)
    key = f"{event.name}:{event.deletion_id}"
    return [Told(event.user_id, key, {"due": due.isoformat()}, reverse("settings-data"))]


def _day(facts: Facts) -> Facts:
    due = Deletion._meta.get_field("due_at").to_python(facts["due"])
    return {**facts, "day": date_format(due, "DATE_FORMAT")}


declare(
    Announcement(
        kind="deletion-requested",
        is_essential=True,
        event=DeletionRequested,
        who=_leaver,
        title=_("Your account will be deleted on %(day)s"),
        body=_("If you change your mind, log in before %(day)s and keep it."),
        mail="notice",
        action=_("Keep my account"),
        read_as=_day,
    )
)
declare(
    Announcement(
        kind="deletion-cancelled",
        is_essential=True,
        event=DeletionCancelled,
        who=_leaver,
        title=_("Your account stays"),
        body=_("It will not be deleted."),
        mail="notice",
        action=_("Look at your data"),
        read_as=_day,
    )
)
declare(
    Announcement(
        kind="deletion-due",
        is_essential=True,
        event=DeletionDue,
        who=_leaver,
        title=_("Your account is being deleted"),
        body=_("Its days of grace are over. This is the last message you get from us. Farewell."),
        in_page=False,
        mail="notice",
        read_as=_day,
        action=_("TutorMe"),
    )
)


def _invited(event: UserInvited) -> list[Told]:
    """The row holds the invitation's id alone; the link is made when the mail is written."""
    facts = {"invitation_id": str(event.invitation_id)}
    return [Told(event.user_id, f"invited:{event.invitation_id}", facts)]


def _link(facts: Facts) -> Facts:
    invitation_id = UUID(facts["invitation_id"])
    if not invitations.is_open(invitation_id):
        raise InvitationInvalid
    path = reverse("account_invited", args=[invitation_id, invitations.token_of(invitation_id)])
    return {**facts, "link": f"{settings.PUBLIC_BASE_URL}{path}"}


declare(
    Announcement(
        kind="invited",
        is_essential=True,
        event=UserInvited,
        who=_invited,
        title=_("You have an account on TutorMe"),
        body=_("Choose a password by this link, and it is yours. It works once, for seven days."),
        in_page=False,
        mail="notice",
        action=_("Choose a password"),
        read_as=_link,
    )
)
