"""What the model was asked and what it cost, as those who run the site read it."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from ai import prompts
from ai.models import Draft, Run, Usage
from ai.services import asking, drafts
from ai.templatetags.ai import dollars
from tutorme.core import bulk_admin
from tutorme.core.bulk import By
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
    readonly_fields = ("prompt_text",)
    show_full_result_count = False

    @admin.display(description=_("what the prompt says"))
    def prompt_text(self, row: Run) -> str:
        """The file alone: what people gave is not kept with the call."""
        return prompts.text_of(row.prompt)

    @admin.display(description=_("cost"), ordering="cost_micros")
    def cost(self, row: Run) -> str:
        return dollars(row.cost_micros)


@bulk_admin.action("drafts.stop", _("Stop at the next step"))
def stop(row: Draft, by: By) -> None:
    drafts.stop(draft=row)


@bulk_admin.action("drafts.resume", _("Go on where it stopped"))
def resume(row: Draft, by: By) -> None:
    """Under today's ceiling, where it is higher than the one it began under."""
    drafts.resume(draft=row)


@admin.register(Draft)
class DraftAdmin(ReadOnlyAdmin):
    list_display = ("title", "kind", "state", "author", "spent", "ceiling", "created_at")
    list_filter = ("state", "kind", "created_at")
    search_fields = ("title", "author__email")
    list_select_related = ("author",)
    ordering = ("-id",)
    actions = (stop, resume)

    @admin.display(description=_("spent"))
    def spent(self, row: Draft) -> str:
        return dollars(asking.spent(row))

    @admin.display(description=_("ceiling"))
    def ceiling(self, row: Draft) -> str:
        return dollars(row.ceiling_micros)


@admin.register(Usage)
class UsageAdmin(ReadOnlyAdmin):
    list_display = ("on", "kind", "user", "used")
    list_filter = ("kind", "on")
    search_fields = ("user__email",)
    list_select_related = ("user",)
    ordering = ("-on", "-id")
    show_full_result_count = False
