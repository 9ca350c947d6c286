"""Mails as the operator sees them: all facts read-only, one act."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from realtime.errors import NotResendable, ReportDecided
from realtime.models import MailDelivery, MessageReport, Suppression
from realtime.services import bounces, mail, moderation
from tutorme.core.read_only_admin import ReadOnlyAdmin


@admin.register(MailDelivery)
class MailDeliveryAdmin(ReadOnlyAdmin):
    list_display = (
        "kind",
        "to_address",
        "state",
        "sent_by",
        "attempts",
        "created_at",
        "sent_at",
        "delivered_at",
        "bounced_at",
    )
    list_filter = ("state", "sent_by", "kind")
    search_fields = ("to_address", "message_id")
    ordering = ("-created_at",)
    actions = ("send_again",)

    @admin.action(description=gettext_lazy("Send again (failed, or nobody knows)"))
    def send_again(self, request: HttpRequest, chosen: QuerySet[MailDelivery]) -> None:
        """A mail in `unknown` may have arrived: its receiver may then have it twice."""
        for row in chosen:
            try:
                mail.resend(row=row, actor_id=request.user.pk)
            except NotResendable as error:
                self.message_user(request, f"{row}: {error.detail}", messages.WARNING)
            else:
                self.message_user(request, _("%(mail)s goes out again.") % {"mail": row})


@admin.register(Suppression)
class SuppressionAdmin(ReadOnlyAdmin):
    """Addresses no mail goes to, and why."""

    list_display = ("address", "reason", "detail", "created_at")
    list_filter = ("reason",)
    search_fields = ("address",)
    ordering = ("-created_at",)
    actions = ("lift",)

    @admin.action(description=gettext_lazy("Write to these addresses again"))
    def lift(self, request: HttpRequest, chosen: QuerySet[Suppression]) -> None:
        for row in chosen:
            bounces.lift(row=row, actor_id=request.user.pk)
            said = _("Mails go to %(address)s again.") % {"address": row.address}
            self.message_user(request, said)


@admin.register(MessageReport)
class MessageReportAdmin(ReadOnlyAdmin):
    """What people say should not have been written: the one message, and nothing around it."""

    list_display = ("message_author", "reporter", "reason", "state", "created_at", "decided_by")
    list_filter = ("state",)
    ordering = ("-created_at",)
    actions = ("uphold", "dismiss")
    fields = (
        "message_author",
        "words",
        "written_at",
        "reporter",
        "reason",
        "state",
        "decided_by",
        "decided_at",
        "created_at",
    )
    readonly_fields = ("message_author", "words", "written_at")
    list_select_related = ("message__author", "reporter", "decided_by")

    @admin.display(description=gettext_lazy("Author"))
    def message_author(self, row: MessageReport) -> str:
        return str(row.message.author)

    @admin.display(description=gettext_lazy("The message"))
    def words(self, row: MessageReport) -> str:
        return row.message.body

    @admin.display(description=gettext_lazy("Written"))
    def written_at(self, row: MessageReport) -> str:
        return str(row.message.created_at)

    @admin.action(description=gettext_lazy("Remove the messages"))
    def uphold(self, request: HttpRequest, chosen: QuerySet[MessageReport]) -> None:
        self._decide(request, chosen, uphold=True)

    @admin.action(description=gettext_lazy("Leave the messages"))
    def dismiss(self, request: HttpRequest, chosen: QuerySet[MessageReport]) -> None:
        self._decide(request, chosen, uphold=False)

    def _decide(
        self, request: HttpRequest, chosen: QuerySet[MessageReport], *, uphold: bool
    ) -> None:
        assert isinstance(request.user, User)
        for row in chosen.select_related("message"):
            try:
                moderation.decide(row=row, actor=request.user, uphold=uphold)
            except ReportDecided as error:
                self.message_user(request, error.detail, messages.WARNING)
