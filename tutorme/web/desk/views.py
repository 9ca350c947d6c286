"""Reports: for those who teach, in the site's look; for those who run it, within the admin."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from tutorme.core import clockwork, inspection, report_exports
from tutorme.core.files import serving
from tutorme.core.models import ReportExport
from tutorme.core.reports import Period, Report
from tutorme.web.desk import policies as rules
from tutorme.web.desk.forms import PeriodForm, choices
from tutorme.web.desk.showing import shown


def _viewer(request: HttpRequest, report: Report) -> User:
    assert isinstance(request.user, User)
    if not report_exports.may_see(request.user, report):
        raise Http404
    return request.user


def _page(request: HttpRequest, report: Report, template: str, **more: Any) -> HttpResponse:
    """Shows the period; a POST asks for its file."""
    me = _viewer(request, report)
    form = PeriodForm(request.POST or request.GET, zone=me.time_zone)
    period = form.period
    if request.method == "POST" and form.is_valid():
        report_exports.begin(owner=me, report=report, period=period)
        messages.success(request, _("The file is being made. You hear from us when it is ready."))
        return redirect(f"{request.path}?{_query(period)}")
    rows = report_exports.own(me, report)
    context = {
        "form": form,
        "period": period,
        "choices": choices(me.time_zone, period),
        "parts": shown(me, report, period),
        "before": period.before(),
        "files": [{"row": row, "ready": _is_there(row)} for row in rows],
        "refresh_seconds": 3 if any(not row.job.is_final for row in rows) else None,
        **more,
    }
    return render(request, template, context)


def _query(period: Period) -> str:
    return urlencode({"first_on": period.first, "last_on": period.last})


def _is_there(row: ReportExport) -> bool:
    return bool(row.file_id and row.expires_at and row.expires_at > timezone.now())


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def teaching(request: HttpRequest) -> HttpResponse:
    return _page(request, Report.TEACHING, "web/reports.html")


@login_required
@never_cache
@require_safe
def file(request: HttpRequest, export_id: UUID) -> HttpResponseBase:
    """A link that ends, for its owner while they may still see it."""
    rows = ReportExport.objects.filter(pk=export_id, owner_id=request.user.pk)
    row = rows.select_related("file").first()
    if row is None or row.file is None or not _is_there(row):
        raise Http404
    _viewer(request, Report(row.report))
    return redirect(serving.signed_link(row.file))


# Within the admin ---------------------------------------------------------------------------------


def _desk(request: HttpRequest, title: str) -> dict[str, Any]:
    return {**admin.site.each_context(request), "title": title}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def business(request: HttpRequest) -> HttpResponse:
    return _page(request, Report.BUSINESS, "admin/reports.html", **_desk(request, _("Reports")))


def _operates(request: HttpRequest) -> None:
    """For whoever keeps it running."""
    if not request.user.has_perm("core.view_job"):
        raise PermissionDenied


@never_cache
@require_safe
def system(request: HttpRequest) -> HttpResponse:
    _operates(request)
    context = {**_desk(request, _("Health")), "found": inspection.detailed()}
    return render(request, "admin/health.html", context)


@never_cache
@require_safe
def schedules(request: HttpRequest) -> HttpResponse:
    _operates(request)
    context = {**_desk(request, _("Schedules")), "rows": clockwork.rows()}
    return render(request, "admin/schedules.html", context)


@never_cache
@require_safe
def policies(request: HttpRequest) -> HttpResponse:
    """Everybody at a desk explains them."""
    context = {**_desk(request, _("Rules in force")), "chapters": rules.chapters()}
    return render(request, "admin/policies.html", context)
