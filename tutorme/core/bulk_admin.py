"""Acts on many rows as actions of the admin: asked for, shown before they destroy, done at once or
as a job."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tutorme.core import bulk
from tutorme.core.bulk import Act, By, Carry, Outcome, State
from tutorme.core.errors import ListMoved
from tutorme.core.models import Job

# So many names are shown before, and so many refusals after.
_NAMED = 50
TextLike = str | Promise


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Kept in the audit trail."),
    )


class ModerationForm(ReasonForm):
    """About words of somebody's, which others were to read."""

    field_order = ("reason",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = gettext_lazy(
            "Whoever wrote it and whom it is about read this; kept in the audit trail."
        )


class AboutRows(forms.Form):
    """A form that judges what was typed by the rows it is about."""

    rows: Iterable[Any] = ()


# What an act would come to, for one row.
Tells = Callable[[Any], TextLike]
Action = Callable[[Any, HttpRequest, QuerySet[Any]], HttpResponse | None]


def action(
    name: str,
    title: str | Promise,
    *,
    asks: type[forms.Form] | None = None,
    destroys: bool = False,
    talks: bool = False,
    permission: str = "change",
    tells: Tells | None = None,
) -> Callable[[Carry], Action]:
    """Makes an action of what is to be done to one row; its last word (`users.suspend` → `suspend`)
    is the action's name in the list. `tells` says beside each row what it would come to."""

    def register(carry_out: Carry) -> Action:
        one = bulk.keep(Act(name, title, carry_out, asks, destroys, talks, permission))

        def chosen(_admin: Any, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse | None:
            return _begin(request, rows, one, tells)

        return describe(chosen, one)

    return register


def describe(chosen: Any, one: Act) -> Action:
    """Makes a function of the admin an action; for one that asks with a page of its own."""
    chosen.__name__ = one.name.rpartition(".")[2]
    chosen.short_description = one.title
    chosen.allowed_permissions = (one.permission,)
    chosen.act = one
    made: Action = chosen
    return made


def _begin(
    request: HttpRequest, rows: QuerySet[Any], one: Act, tells: Tells | None
) -> HttpResponse | None:
    given: dict[str, Any] = {}
    if one.asks or one.destroys:
        answer = ask(
            request,
            rows,
            action=one.name.rpartition(".")[2],
            title=one.title,
            form=one.asks or forms.Form,
            confirms=one.destroys,
            tells=tells,
        )
        if isinstance(answer, HttpResponse):
            return answer
        given = bulk.as_json(answer)
    return carry_out(request, rows, one, given)


def carry_out(
    request: HttpRequest, rows: QuerySet[Any], one: Act, given: dict[str, Any]
) -> HttpResponse | None:
    """At once, or as a job."""
    by = By(UUID(str(request.user.pk)), given)
    pks = list(rows.order_by("pk").values_list("pk", flat=True))
    if len(pks) > bulk.AT_ONCE:
        _tell_of_job(request, bulk.later(one, rows.model, pks, by), len(pks))
    else:
        _tell(request, one, bulk.at_once(one, rows, by))
    return None


def _tell_of_job(request: HttpRequest, job: Job, count: int) -> None:
    rows = f"{reverse('admin:core_bulkrow_changelist')}?job__id__exact={job.pk}"
    text = ngettext("%(n)d row is done", "%(n)d rows are done in the background", count)
    messages.info(
        request,
        format_html(
            '{}. <a href="{}">{}</a>', text % {"n": count}, rows, _("See what becomes of each")
        ),
    )


def _tell(request: HttpRequest, one: Act, outcomes: list[Outcome]) -> None:
    for each in [each for each in outcomes if each.state == State.REFUSED][:_NAMED]:
        messages.warning(request, f"{each.target}: {each.detail}")
    done = [each for each in outcomes if each.state == State.DONE]
    for each in [each for each in done if each.detail][:_NAMED]:
        messages.info(request, f"{each.target}: {each.detail}")
    quiet = [each for each in done if not each.detail]
    if len(quiet) == 1:
        messages.success(request, f"{one.title}: {quiet[0].target}")
    elif quiet:
        text = ngettext("%(n)d row", "%(n)d rows", len(quiet)) % {"n": len(quiet)}
        messages.success(request, f"{one.title}: {text}")


def ask(
    request: HttpRequest,
    rows: QuerySet[Any],
    *,
    action: str,
    title: str | Promise,
    form: type[forms.Form] = ReasonForm,
    confirms: bool = False,
    tells: Tells | None = None,
) -> dict[str, Any] | HttpResponse:
    """What was typed, or the page that asks for it (again). One that `confirms` is always shown,
    with how many rows it will reach; where they are others by then, it is shown again."""
    count = rows.count()
    is_answer = "asked" in request.POST or (
        not confirms and any(name in request.POST for name in form.base_fields)
    )
    asked = form(request.POST if is_answer else None)
    if isinstance(asked, AboutRows):
        asked.rows = rows
    if is_answer and asked.is_valid():
        if not confirms or request.POST.get("counted") == str(count):
            return dict(asked.cleaned_data)
        messages.warning(request, str(ListMoved.explanation))
    named = list(rows[:_NAMED])
    context = {
        **admin.site.each_context(request),
        "title": title,
        "form": asked,
        "rows": [(row, tells(row) if tells else "") for row in named],
        "more": count - len(named),
        "count": count,
        "as_job": count > bulk.AT_ONCE,
        "action": action,
        "chosen": request.POST.getlist(ACTION_CHECKBOX_NAME),
        "across": request.POST.get("select_across") == "1",
        "checkbox": ACTION_CHECKBOX_NAME,
        "opts": rows.model._meta,
        "confirms": confirms,
    }
    return render(request, "admin/ask.html", context)
