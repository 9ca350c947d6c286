"""Webhooks out, as those who run the site see them: nothing is typed over, secrets stay hidden."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from tutorme.core import bulk_admin
from tutorme.core.bulk import By
from tutorme.core.read_only_admin import ReadOnlyAdmin
from webhooks import queries
from webhooks.models import Delivery, Endpoint
from webhooks.services import endpoints, replaying


@bulk_admin.action("endpoints.pause", _("Pause; what happens meanwhile is held"))
def pause(row: Endpoint, by: By) -> None:
    endpoints.change(row=row, changes={"state": Endpoint.State.PAUSED}, actor_id=by.actor_id)


@bulk_admin.action("endpoints.resume", _("Make active again"))
def resume(row: Endpoint, by: By) -> None:
    endpoints.change(row=row, changes={"state": Endpoint.State.ACTIVE}, actor_id=by.actor_id)


@bulk_admin.action("webhooks.send_again", _("Send again"))
def send_again(row: Delivery, by: By) -> None:
    replaying.one(row=row)


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
    actions = (pause, resume)

    @admin.display(description=_("whose"))
    def whose(self, row: Endpoint) -> str:
        return str(row.owner or row.organization or _("The whole site"))


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
    actions = (send_again,)

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
