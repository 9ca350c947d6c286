"""Reports: periods by the reader's clock, files made once, kept for a while, for one person."""

import csv
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from realtime.models import Notification
from tests.payments.books import buy, stall
from tests.payments.test_earnings import refund
from tutorme.core import report_exports, reports
from tutorme.core.errors import ReportPeriodRefused
from tutorme.core.files import blobs
from tutorme.core.models import Job, ReportExport, StoredFile
from tutorme.core.reports import Asked, Period, Report, Step

pytestmark = pytest.mark.django_db
TEACHING, BUSINESS = "/api/v1/reports/teaching/", "/api/v1/reports/business/"


def figures(body: dict) -> dict[str, dict]:
    return {
        f"{row['key']}{row['currency']}": row for part in body["parts"] for row in part["figures"]
    }


def test_steps_follow_the_length_and_cover_every_day() -> None:
    for first, last, step in (
        (date(2026, 3, 1), date(2026, 3, 14), Step.DAY),
        (date(2026, 1, 28), date(2026, 4, 28), Step.WEEK),
        (date(2025, 12, 15), date(2026, 11, 3), Step.MONTH),
    ):
        period = Period(first, last, "Europe/Paris")
        steps = period.steps()
        assert period.step is step
        assert steps[0] <= first
        assert steps[-1] <= last
        assert steps == sorted(set(steps))
        assert period.before().last == first - timedelta(days=1)
        assert period.before().days == period.days


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 3, 2), date(2026, 3, 1)),
        (date(2001, 1, 1), date(2026, 1, 1)),
        (date(1970, 1, 1), date(1970, 1, 2)),
        (date(2099, 12, 31), date(2100, 1, 1)),
    ],
)
def test_a_period_nobody_can_mean_is_refused(first: date, last: date, tess: User, api) -> None:
    with pytest.raises(ReportPeriodRefused):
        Period(first, last, "UTC")
    answer = api(tess).get(TEACHING, {"first_on": str(first), "last_on": str(last)})
    assert answer.status_code == 400


def test_a_day_is_the_readers_own(ada: User, sam: User) -> None:
    """Midnight in Kiritimati is the morning before in UTC."""
    User.objects.filter(pk=sam.pk).update(created_at=datetime(2026, 3, 1, 12, 0, tzinfo=UTC))
    for zone, day in (("UTC", 1), ("Pacific/Kiritimati", 2), ("Pacific/Pago_Pago", 1)):
        asked = Asked(Period(date(2026, 3, 1), date(2026, 3, 2), zone))
        told = {
            line.key: line for part in reports.tell(Report.BUSINESS, asked) for line in part.lines
        }
        assert told["people.signed_up"].steps == {date(2026, 3, day): 1}, zone


def test_money_is_the_ledgers_and_never_added_up_over_currencies(
    sam: User, otto: User, tess: User, ada: User, api
) -> None:
    buy(sam, stall.put(tess, "100.00"), fee=345)
    buy(otto, stall.put(tess, "50.00", currency="USD"))
    site = figures(api(ada).get(BUSINESS).json())
    assert (site["money.inEUR"]["total"], site["money.inUSD"]["total"]) == ("100.00", "50.00")
    assert site["money.heldEUR"]["total"] == "80.00"
    assert site["money.processorEUR"]["total"] == "3.45"
    hers = figures(api(tess).get(TEACHING).json())
    assert hers["earnings.salesEUR"]["total"] == "80.00"
    assert sum(float(step["value"]) for step in hers["earnings.salesEUR"]["steps"]) == 80


def test_nobody_reads_what_is_anothers(sam: User, tess: User, orla: User, api) -> None:
    buy(sam, stall.put(tess, "100.00"))
    assert "earnings.salesEUR" not in figures(api(orla).get(TEACHING).json())
    assert api(sam).get(TEACHING).status_code == 403
    assert api(tess).get(BUSINESS).status_code == 403
    assert api().get(BUSINESS).status_code == 401


def ask(api, user: User, report: str = TEACHING, **period: str):
    return api(user).post(f"{report}exports/", period, format="json")


def test_a_file_is_made_once_told_about_and_gone_after_a_week(
    sam: User, tess: User, api, drain, media, client
) -> None:
    buy(sam, stall.put(tess, "100.00"))
    begun = ask(api, tess)
    assert begun.status_code == 202
    assert begun.json() == ask(api, tess).json(), "asking twice makes one"
    drain()
    listed = api(tess).get(f"{TEACHING}exports/").json()
    assert [row["state"] for row in listed] == ["succeeded"]
    rows = list(csv.reader(StringIO(read(client, listed[0]["link"]))))
    assert [
        "Earnings",
        "Your share of sales",
        "earnings.sales",
        "money",
        "EUR",
        "",
        "80.00",
    ] in rows
    assert Notification.objects.filter(user=tess, kind="report-ready").count() == 1
    kept = StoredFile.objects.get(purpose="report")
    assert blobs.path_of(kept.key).exists()
    ReportExport.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert api(tess).get(f"{TEACHING}exports/").json()[0]["link"] is None
    assert report_exports.drop_expired() == 1
    assert not StoredFile.objects.filter(pk=kept.pk).exists()
    assert ask(api, tess).json()["id"] != listed[0]["id"], "what is gone is made anew"


def read(client, link: str) -> str:
    return b"".join(client.get(link).streaming_content).decode("utf-8-sig")


def test_amounts_below_zero_are_numbers_and_days_name_their_clock(
    sam: User, tess: User, ada: User, api, drain, media, client
) -> None:
    """As text a minus would be marked, and no spreadsheet could add it up."""
    User.objects.filter(pk=tess.pk).update(time_zone="America/Lima")
    tess.refresh_from_db()
    refund(buy(sam, stall.put(tess, "100.00")), "100.00", ada)
    ask(api, tess)
    drain()
    (listed,) = api(tess).get(f"{TEACHING}exports/").json()
    rows = list(csv.DictReader(StringIO(read(client, listed["link"]))))
    back = [row for row in rows if row["Name"] == "earnings.returned"]
    assert back[0]["Value"] == "-80.00"
    assert back[0]["From (America/Lima)"] == ""
    assert {row["Value"][0] for row in rows if row["Value"]} <= set("-0123456789")


def test_of_a_period_that_runs_the_file_grows_old(tess: User, api, drain, media) -> None:
    ask(api, tess)
    ask(api, tess, first_on="2026-01-01", last_on="2026-02-01")
    drain()
    ReportExport.objects.update(created_at=timezone.now() - timedelta(hours=2))
    ask(api, tess)
    ask(api, tess, first_on="2026-01-01", last_on="2026-02-01")
    assert ReportExport.objects.count() == 3, "the period that is over is still true"


def test_who_lost_the_role_gets_no_file(ada: User, api, drain, media) -> None:
    ask(api, ada, BUSINESS)
    User.objects.filter(pk=ada.pk).update(is_staff=False)
    drain()
    assert Job.objects.get(kind=report_exports.JOB).state == "failed"
    assert not StoredFile.objects.filter(purpose="report").exists()


def test_the_page_works_without_a_script(client, sam: User, tess: User, drain, media) -> None:
    buy(sam, stall.put(tess, "100.00"))
    client.force_login(tess)
    page = client.get(reverse("teach-reports"))
    assert page.status_code == 200
    assert "€80.00" in page.text
    made = client.post(reverse("teach-reports"), {})
    assert made.status_code == 302
    drain()
    row = ReportExport.objects.get()
    link = reverse("report-file", args=[row.pk])
    assert link in client.get(made["Location"]).text
    assert "earnings.sales" in read(client, client.get(link)["Location"])
    client.force_login(sam)
    assert client.get(link).status_code == 404
    assert client.get(reverse("teach-reports")).status_code == 404


def test_the_desk_reports_and_looks_after_itself(client, ada: User, tess: User, sam: User) -> None:
    buy(sam, stall.put(tess, "100.00"))
    client.force_login(ada)
    for name in ("admin-reports", "admin-health", "admin-schedules"):
        assert client.get(reverse(name)).status_code == 200, name
    assert "€100.00" in client.get(reverse("admin-reports")).text
    client.force_login(tess)
    for name in ("admin-reports", "admin-health", "admin-schedules"):
        assert client.get(reverse(name)).status_code in {302, 403, 404}, name
