"""Mails as the operator sees them, and messages somebody reported: facts read-only, few acts."""

from uuid import UUID

from django.contrib import admin
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.template.defaultfilters import filesizeformat
from django.urls import URLPattern, path, reverse
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from realtime.announcements import words
from realtime.models import MailDelivery, MessageFile, MessageReport, Notification, Suppression
from realtime.services import bounces, mail, moderation
from tutorme.core import bulk_admin
from tutorme.core.bulk import By
from tutorme.core.errors import NotFound
from tutorme.core.files import serving
from tutorme.core.read_only_admin import ReadOnlyAdmin


@bulk_admin.action("mails.send_again", gettext_lazy("Send again (failed, or nobody knows)"))
def send_again(row: MailDelivery, by: By) -> None:
    """A mail in `unknown` may have arrived: its receiver may then have it twice."""
    mail.resend(row=row, actor_id=by.actor_id)


@bulk_admin.action("suppressions.lift", gettext_lazy("Write to these addresses again"))
def lift(row: Suppression, by: By) -> None:
    bounces.lift(row=row, actor_id=by.actor_id)


@bulk_admin.action("message_reports.uphold", gettext_lazy("Remove the messages"))
def uphold(row: MessageReport, by: By) -> None:
    moderation.decide(row=row, actor=User.objects.get(pk=by.actor_id), uphold=True)


@bulk_admin.action("message_reports.dismiss", gettext_lazy("Leave the messages"))
def dismiss(row: MessageReport, by: By) -> None:
    moderation.decide(row=row, actor=User.objects.get(pk=by.actor_id), uphold=False)


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
    actions = (send_again,)


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    """What people were told in the page, in the words their reader finds there."""

    list_display = ("created_at", "user", "kind", "title", "read_at")
    list_filter = (("read_at", admin.EmptyFieldListFilter), "created_at", "kind")
    search_fields = ("user__email", "kind", "dedupe_key")
    list_select_related = ("user",)
    readonly_fields = ("title", "body")
    exclude = ("facts",)
    ordering = ("-created_at",)

    @admin.display(description=gettext_lazy("title"))
    def title(self, row: Notification) -> str:
        return words(row.kind, row.facts, row.user.locale).title

    @admin.display(description=gettext_lazy("text"))
    def body(self, row: Notification) -> str:
        return words(row.kind, row.facts, row.user.locale).body


@admin.register(Suppression)
class SuppressionAdmin(ReadOnlyAdmin):
    """Addresses no mail goes to, and why."""

    list_display = ("address", "reason", "detail", "created_at")
    list_filter = ("reason",)
    search_fields = ("address",)
    ordering = ("-created_at",)
    actions = (lift,)


@admin.register(MessageReport)
class MessageReportAdmin(ReadOnlyAdmin):
    """What people say should not have been written: the one message, and nothing around it."""

    list_display = ("message_author", "reporter", "reason", "state", "created_at", "decided_by")
    list_filter = ("state",)
    ordering = ("-created_at",)
    actions = (uphold, dismiss)
    fields = (
        "message_author",
        "words",
        "files",
        "written_at",
        "reporter",
        "reason",
        "state",
        "decided_by",
        "decided_at",
        "created_at",
    )
    readonly_fields = ("message_author", "words", "files", "written_at")
    list_select_related = ("message__author", "reporter", "decided_by")

    @admin.display(description=gettext_lazy("Author"))
    def message_author(self, row: MessageReport) -> str:
        return str(row.message.author)

    @admin.display(description=gettext_lazy("The message"))
    def words(self, row: MessageReport) -> str:
        return row.message.body

    @admin.display(description=gettext_lazy("Files"))
    def files(self, row: MessageReport) -> SafeString | str:
        """Each by an address that is good for the staff alone, and for this report."""
        found = MessageFile.objects.filter(message=row.message_id).select_related("file")
        rows = [
            (
                reverse("admin:realtime_messagereport_file", args=[row.pk, each.pk]),
                each.file.name,
                each.file.content_type,
                filesizeformat(each.file.size),
            )
            for each in found.order_by("pk")
        ]
        link = '<li><a class="text-primary-600 underline" href="{}">{}</a> ({}, {})</li>'
        links = format_html_join("", link, rows)
        return format_html("<ul>{}</ul>", links) if rows else _("None")

    @admin.display(description=gettext_lazy("Written"))
    def written_at(self, row: MessageReport) -> str:
        return str(formats.localize(timezone.localtime(row.message.created_at)))

    def get_urls(self) -> list[URLPattern]:
        address = "<uuid:report_id>/files/<int:file_id>/"
        view = self.admin_site.admin_view(self.file_view)
        own = path(address, view, name="realtime_messagereport_file")
        return [own, *super().get_urls()]

    def file_view(self, request: HttpRequest, report_id: UUID, file_id: int) -> HttpResponseBase:
        row = MessageReport.objects.filter(pk=report_id).first()
        if row is None or not self.has_view_permission(request, row):
            raise Http404
        assert isinstance(request.user, User)
        try:
            file = moderation.read_file(row=row, file_id=file_id, actor=request.user)
        except NotFound as gone:
            raise Http404 from gone
        return serving.respond_alone(request, file)
