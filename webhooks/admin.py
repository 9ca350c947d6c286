"""Webhooks out, as those who run the site see them: nothing is typed over, secrets stay hidden."""

from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tutorme.core.errors import DomainError
from tutorme.core.read_only_admin import ReadOnlyAdmin
from webhooks import queries
from webhooks.models import Delivery, Endpoint
from webhooks.services import endpoints, replaying


def _actor(request: HttpRequest) -> UUID:
    assert request.user.pk is not None
    return UUID(str(request.user.pk))


@admin.register(Endpoint)
class EndpointAdmin(ReadOnlyAdmin):
    list_display = (
        *("__str__", "state", "whose", "failing_since", "disabled_reason", "created_at"),
    )
    list_filter = ("state", "created_at")
    search_fields = ("url", "description", "owner__email", "organization__name")
    exclude = ("secret", "previous_secret")
    list_select_related = ("owner", "organization")
    ordering = ("-created_at",)
    actions = ("pause", "resume")
    show_full_result_count = False

    @admin.display(description=_("whose"))
    def whose(self, row: Endpoint) -> str:
        return str(row.owner or row.organization or _("The whole site"))

    @admin.action(description=_("Pause; what happens meanwhile is held"))
    def pause(self, request: HttpRequest, rows: QuerySet[Endpoint]) -> None:
        self._switch(request, rows, Endpoint.State.PAUSED)

    @admin.action(description=_("Make active again"))
    def resume(self, request: HttpRequest, rows: QuerySet[Endpoint]) -> None:
        self._switch(request, rows, Endpoint.State.ACTIVE)

    def _switch(
        self, request: HttpRequest, rows: QuerySet[Endpoint], state: Endpoint.State
    ) -> None:
        for row in rows:
            endpoints.change(row=row, changes={"state": state}, actor_id=_actor(request))


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = (
        *("type", "endpoint", "state", "tries", "last_status", "last_error", "next_try_at"),
        "created_at",
    )
    list_filter = ("state", "message__type", "created_at")
    search_fields = ("id", "message__id", "endpoint__url")
    list_select_related = ("message", "endpoint")
    readonly_fields = ("body", "tried")
    ordering = ("-created_at",)
    actions = ("send_again",)
    show_full_result_count = False

    @admin.display(description=_("type"))
    def type(self, row: Delivery) -> str:
        return row.message.type

    @admin.display(description=_("body"))
    def body(self, row: Delivery) -> str:
        return str(queries.detail(row)["body"])

    @admin.display(description=_("tries"))
    def tried(self, row: Delivery) -> str:
        tries = queries.detail(row)["attempts"]
        return "\n".join(f"{one['at']:%F %T} {one['status'] or one['error']}" for one in tries)

    @admin.action(description=_("Send again"))
    def send_again(self, request: HttpRequest, rows: QuerySet[Delivery]) -> None:
        count = 0
        for row in rows.select_related("endpoint"):
            try:
                replaying.one(row=row)
                count += 1
            except DomainError as error:
                messages.warning(request, f"{row}: {error.detail}")
        text = ngettext("%(n)d message is sent again.", "%(n)d messages are sent again.", count)
        messages.info(request, text % {"n": count})
