"""Reports as figures for programs, and as files."""

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tutorme.core import report_exports, reports
from tutorme.core.access import ADMIN, TUTOR, Grant, Scope
from tutorme.core.api.serializers import BoundedDate, OutputSerializer, StrictSerializer
from tutorme.core.api.views import ApiView, read_body, read_query
from tutorme.core.files import serving
from tutorme.core.models import Job, ReportExport
from tutorme.core.reports import Asked, Line, Period, Report, Unit
from tutorme.core.zones import today_in

USUAL_DAYS = 91


class ReportPeriodIn(StrictSerializer):
    first_on = BoundedDate(required=False, help_text="Thirteen weeks back, unless said.")
    last_on = BoundedDate(required=False, help_text="Today, unless said. By the caller's clock.")


class ReportStepOut(OutputSerializer):
    on = serializers.DateField(help_text="The first day of the day, week or month.")
    value = serializers.CharField()


class ReportFigureOut(OutputSerializer):
    key = serializers.CharField(help_text="Stable; `name` is in the caller's language.")
    name = serializers.CharField()
    unit = serializers.ChoiceField(choices=[str(one) for one in Unit])
    currency = serializers.CharField(allow_blank=True, help_text="Of money; empty otherwise.")
    total = serializers.CharField(
        allow_null=True, help_text="A decimal. null: there was nothing to take a mean or share of."
    )
    steps = ReportStepOut(many=True, help_text="Empty where the figure has no course in time.")


class ReportPartOut(OutputSerializer):
    name = serializers.CharField()
    title = serializers.CharField()
    figures = ReportFigureOut(many=True)


class ReportOut(OutputSerializer):
    report = serializers.ChoiceField(choices=[str(one) for one in Report])
    first_on = serializers.DateField()
    last_on = serializers.DateField()
    zone = serializers.CharField()
    step = serializers.ChoiceField(choices=[str(one) for one in reports.Step])
    parts = ReportPartOut(many=True)


class ReportExportOut(OutputSerializer):
    id = serializers.UUIDField()
    job = serializers.UUIDField(help_text="To be followed at /api/v1/jobs/.")
    state = serializers.ChoiceField(choices=Job.State.choices)
    first_on = serializers.DateField()
    last_on = serializers.DateField()
    expires_at = serializers.DateTimeField(allow_null=True)
    link = serializers.CharField(allow_null=True, help_text="A CSV file. Ends within two hours.")


def usual_period(zone: str) -> Period:
    last = today_in(zone)
    return Period(last - timedelta(days=USUAL_DAYS - 1), last, zone)


def _period(request: Request, given: dict[str, Any]) -> Period:
    zone = str(getattr(request.user, "time_zone", "UTC"))
    last = given.get("last_on") or today_in(zone)
    first = given.get("first_on") or last - timedelta(days=USUAL_DAYS - 1)
    return Period(first, last, zone)


class _ReportView(ApiView):
    report: Report
    limit_scope = "search"

    def told(self, request: Request) -> Response:
        period = _period(request, read_query(ReportPeriodIn, request))
        asked = report_exports.asked_by(request.user, self.report, period)
        return Response(_report(self.report, asked))


class TeachingReportView(_ReportView):
    access = {"get": Grant(TUTOR, Scope.OWN)}
    report = Report.TEACHING

    @extend_schema(
        operation_id="reports_teaching", parameters=[ReportPeriodIn], responses=ReportOut
    )
    def get(self, request: Request) -> Response:
        """One's own teaching: earnings, lessons, who came back, courses, how soon one answers."""
        return self.told(request)


class BusinessReportView(_ReportView):
    access = {"get": Grant(ADMIN, Scope.ALL)}
    report = Report.BUSINESS

    @extend_schema(
        operation_id="reports_business", parameters=[ReportPeriodIn], responses=ReportOut
    )
    def get(self, request: Request) -> Response:
        """The site: money in, held and out, people, lessons, completion, providers."""
        return self.told(request)


class _ExportsView(ApiView):
    report: Report
    limit_scope = {"post": "write"}

    def listed(self, request: Request) -> Response:
        return Response([_export(row) for row in report_exports.own(request.user, self.report)])

    def begun(self, request: Request) -> Response:
        period = _period(request, read_body(ReportPeriodIn, request))
        row = report_exports.begin(owner=request.user, report=self.report, period=period)
        where = reverse("jobs-read", args=[row.job_id])
        return Response(_export(row), status=202, headers={"Location": where})


class TeachingExportsView(_ExportsView):
    access = {"get": Grant(TUTOR, Scope.OWN), "post": Grant(TUTOR, Scope.OWN)}
    report = Report.TEACHING

    @extend_schema(operation_id="reports_teaching_exports", responses=ReportExportOut(many=True))
    def get(self, request: Request) -> Response:
        """One's latest files, newest first."""
        return self.listed(request)

    @extend_schema(
        operation_id="reports_teaching_export",
        request=ReportPeriodIn,
        responses={202: ReportExportOut},
    )
    def post(self, request: Request) -> Response:
        """Make a file of it. Asking again for the same period gives the same file while it is true:
        of a period that is over for as long as it is kept, of one that runs for an hour."""
        return self.begun(request)


class BusinessExportsView(_ExportsView):
    access = {"get": Grant(ADMIN, Scope.OWN), "post": Grant(ADMIN, Scope.ALL)}
    report = Report.BUSINESS

    @extend_schema(operation_id="reports_business_exports", responses=ReportExportOut(many=True))
    def get(self, request: Request) -> Response:
        """One's latest files, newest first."""
        return self.listed(request)

    @extend_schema(
        operation_id="reports_business_export",
        request=ReportPeriodIn,
        responses={202: ReportExportOut},
    )
    def post(self, request: Request) -> Response:
        """Make a file of it, as for teaching."""
        return self.begun(request)


def _report(report: Report, asked: Asked) -> dict[str, Any]:
    period = asked.period
    return {
        "report": str(report),
        "first_on": period.first,
        "last_on": period.last,
        "zone": period.zone,
        "step": str(period.step),
        "parts": [
            {
                "name": one.name,
                "title": str(one.title),
                "figures": [_figure(line, period) for line in one.lines],
            }
            for one in reports.tell(report, asked)
        ],
    }


def _figure(line: Line, period: Period) -> dict[str, Any]:
    total = None if line.total is None else reports.as_number(line, line.total)
    return {
        "key": line.key,
        "name": str(line.label),
        "unit": str(line.unit),
        "currency": line.currency,
        "total": total,
        "steps": [
            {"on": on, "value": reports.as_number(line, line.steps.get(on, 0))}
            for on in (period.steps() if line.steps else ())
        ],
    }


def _export(row: ReportExport) -> dict[str, Any]:
    is_there = row.file is not None and row.expires_at and row.expires_at > timezone.now()
    return {
        "id": row.pk,
        "job": row.job_id,
        "state": row.job.state,
        "first_on": row.first_on,
        "last_on": row.last_on,
        "expires_at": row.expires_at,
        "link": serving.signed_link(row.file) if is_there and row.file else None,
    }
