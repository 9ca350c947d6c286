"""A report as a file: made by a job, private, told about when it is ready, gone after a week."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from tempfile import TemporaryFile
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from tutorme.core import jobs, outbox, reports, spreadsheets
from tutorme.core.errors import NotFound
from tutorme.core.events import Event
from tutorme.core.files import storing
from tutorme.core.files.purposes import MEBIBYTE, Purpose, declare
from tutorme.core.ids import uuid7
from tutorme.core.jobs import Run
from tutorme.core.models import ReportExport
from tutorme.core.reports import Asked, Line, Period, Report

JOB = "core.export_report"
PURPOSE = declare(
    Purpose("report", frozenset({"csv"}), most_bytes=64 * MEBIBYTE, quota=512 * MEBIBYTE)
)
# A period that still runs says something else later.
_STALE = timedelta(hours=1)


@dataclass(frozen=True)
class ReportReady(Event):
    name: ClassVar[str] = "report.ready"
    export_id: UUID
    owner_id: UUID


def may_see(owner: Any, report: Report) -> bool:
    """Asked again when the file is made: a role may have gone meanwhile."""
    if not owner.is_active:
        return False
    return bool(owner.is_admin if report is Report.BUSINESS else owner.is_tutor)


def asked_by(owner: Any, report: Report, period: Period) -> Asked:
    return Asked(period, owner.pk if report is Report.TEACHING else None)


def begin(*, owner: Any, report: Report, period: Period) -> ReportExport:
    """The file of this report, or the one that is being made or is still true: asking twice makes
    one."""
    with transaction.atomic():
        get_user_model().objects.select_for_update(no_key=True).only("pk").get(pk=owner.pk)
        same = ReportExport.objects.filter(
            owner_id=owner.pk,
            report=report,
            first_on=period.first,
            last_on=period.last,
            zone=period.zone,
        ).select_related("job", "file")
        if found := next((row for row in same if _is_true(row, period)), None):
            return found
        row = ReportExport(
            id=uuid7(),
            owner_id=owner.pk,
            report=report,
            first_on=period.first,
            last_on=period.last,
            zone=period.zone,
        )
        row.job = jobs.enqueue(
            JOB, key=f"report:{row.pk}", args={"export_id": str(row.pk)}, owner_id=owner.pk
        )
        row.save(force_insert=True)
        return row


def _is_true(row: ReportExport, period: Period) -> bool:
    if not row.job.is_final:
        return True
    if row.file_id is None or row.expires_at is None or row.expires_at <= timezone.now():
        return False
    return row.created_at >= period.end or row.created_at > timezone.now() - _STALE


def make(run: Run, export_id: UUID) -> None:
    row = ReportExport.objects.select_related("owner").get(pk=export_id)
    report, period = Report(row.report), Period(row.first_on, row.last_on, row.zone)
    if not may_see(row.owner, report):
        raise NotFound(_("The report is not for this account any more."))
    with TemporaryFile() as file, translation.override(row.owner.locale):
        for text in _lines(run, report, asked_by(row.owner, report, period)):
            file.write(text.encode())
        name = f"{report}-{period.first}-{period.last}.csv"
        upload = UploadedFile(file, name, "text/csv", file.tell())
        stored = storing.store(owner_id=row.owner_id, purpose=PURPOSE, upload=upload)
    until = timezone.now() + settings.EXPORT_KEPT_FOR
    with run.finishing(result={"export": str(row.pk)}):
        storing.keep(stored.pk, owner_id=row.owner_id, purpose=PURPOSE)
        ReportExport.objects.filter(pk=row.pk).update(file=stored, expires_at=until)
        outbox.record(ReportReady(row.pk, row.owner_id))


def _lines(run: Run, report: Report, asked: Asked) -> Iterator[str]:
    since = _("From (%(zone)s)") % {"zone": asked.period.zone}
    head = (_("Part"), _("Figure"), _("Name"), _("Unit"), _("Currency"), since, _("Value"))
    return spreadsheets.lines(head, _rows(run, report, asked))


def _rows(run: Run, report: Report, asked: Asked) -> Iterator[tuple[Any, ...]]:
    """The whole period first, without a date, then each step."""
    parts = reports.parts(report)
    for done, part in enumerate(parts):
        run.progress(step=str(part.title), done=done, total=len(parts))
        for line in part.tell(asked):
            yield _row(part.title, line, None, line.total)
            for on in asked.period.steps() if line.steps else ():
                yield _row(part.title, line, on, line.steps.get(on, 0))


def _row(title: reports.TextLike, line: Line, on: date | None, value: float | None) -> Any:
    told = reports.as_number(line, value)
    day = on.isoformat() if on else ""
    number = Decimal(told) if told else ""
    return str(title), str(line.label), line.key, str(line.unit), line.currency, day, number


def own(owner: Any, report: Report) -> list[ReportExport]:
    """The latest of somebody's files, newest first."""
    rows = ReportExport.objects.filter(owner_id=owner.pk, report=report)
    return list(rows.select_related("job", "file").order_by("-created_at")[:10])


def drop_expired() -> int:
    """Takes away files whose time is over; how many."""
    over = ReportExport.objects.filter(file__isnull=False, expires_at__lt=Now())
    rows = list(over.order_by("expires_at").values_list("pk", "file_id")[:200])
    for pk, file_id in rows:
        with transaction.atomic():
            if ReportExport.objects.filter(pk=pk, file_id=file_id).update(file=None):
                storing.discard(file_id)
    return len(rows)


def forget(owner_id: UUID) -> None:
    """All files of somebody who leaves."""
    rows = ReportExport.objects.filter(owner_id=owner_id, file__isnull=False)
    files = list(rows.values_list("file_id", flat=True))
    rows.update(file=None)
    for file_id in files:
        storing.discard(file_id)
