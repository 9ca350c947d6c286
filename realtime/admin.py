"""Mails as the operator sees them: all facts read-only, one act."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from realtime.errors import NotResendable
from realtime.models import MailDelivery, Suppression
from realtime.services import bounces, mail
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
