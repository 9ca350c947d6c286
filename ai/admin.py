"""What the model was asked and what it cost, as those who run the site read it."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ai.models import Draft, Run, Usage
from ai.services import asking, drafts
from ai.templatetags.ai import dollars
from tutorme.core.errors import DomainError
from tutorme.core.read_only_admin import ReadOnlyAdmin


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    list_display = (
        *("created_at", "purpose", "state", "model", "user", "prompt_tokens"),
        *("completion_tokens", "cost", "ms", "error"),
    )
    list_filter = ("state", "purpose", "model", "created_at")
    search_fields = ("user__email", "generation", "draft__title")
    list_select_related = ("user",)
    ordering = ("-id",)
    show_full_result_count = False

    @admin.display(description=_("cost"), ordering="cost_micros")
    def cost(self, row: Run) -> str:
        return dollars(row.cost_micros)


@admin.register(Draft)
class DraftAdmin(ReadOnlyAdmin):
    list_display = ("title", "kind", "state", "author", "spent", "ceiling", "created_at")
    list_filter = ("state", "kind", "created_at")
    search_fields = ("title", "author__email")
    list_select_related = ("author",)
    ordering = ("-id",)
    actions = ("stop", "resume")
    show_full_result_count = False

    @admin.display(description=_("spent"))
    def spent(self, row: Draft) -> str:
        return dollars(asking.spent(row))

    @admin.display(description=_("ceiling"))
    def ceiling(self, row: Draft) -> str:
        return dollars(row.ceiling_micros)

    @admin.action(description=_("Stop at the next step"))
    def stop(self, request: HttpRequest, rows: QuerySet[Draft]) -> None:
        for row in rows.select_related("job"):
            try:
                drafts.stop(draft=row)
            except DomainError as error:
                messages.warning(request, f"{row}: {error.detail}")

    @admin.action(description=_("Go on where it stopped"))
    def resume(self, request: HttpRequest, rows: QuerySet[Draft]) -> None:
        """Under today's ceiling, where it is higher than the one it began under."""
        for row in rows:
            try:
                drafts.resume(draft=row)
            except DomainError as error:
                messages.warning(request, f"{row}: {error.detail}")


@admin.register(Usage)
class UsageAdmin(ReadOnlyAdmin):
    list_display = ("on", "kind", "user", "used")
    list_filter = ("kind", "on")
    search_fields = ("user__email",)
    list_select_related = ("user",)
    ordering = ("-on", "-id")
    show_full_result_count = False
