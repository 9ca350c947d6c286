"""Busy times out of other people's files: what they mean, and what they must not be able to do."""

import socket
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from booking import busy_files
from booking.gateways import icsfile
from booking.models import BusyTime, CalendarImport
from booking.services import importing
from booking.walltime import Span
from tests.booking.calendars import PAGE, again, client_of
from tests.booking.conftest import hour
from tests.sandbox_server import Sandbox
from tutorme.core import breaker, outside
from tutorme.core.gateways import GatewayRejected, GatewayUnavailable

YEAR = Span(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
WINTER = Span(datetime(2026, 3, 20, tzinfo=UTC), datetime(2026, 4, 5, tzinfo=UTC))


LINES = [
    "DTSTART:20260601T100000Z",
    "DTSTART;VALUE=DATE:20260601",
    "DTSTART;TZID=Nowhere/Land:20260601T100000",
    "DTSTART:99991231T235959Z",
    "DTEND:20260601T110000",
    "DTEND;VALUE=DATE:20260602",
    "DURATION:PT1H",
    "DURATION:-P1D",
    "DURATION:P999999D",
    "RRULE:FREQ=DAILY",
    "RRULE:FREQ=YEARLY;BYEASTER=0",
    "RRULE:FREQ=MONTHLY;BYMONTHDAY=31;UNTIL=20260901",
    "RRULE:COUNT=2",
    "RRULE:FREQ=WEEKLY;INTERVAL=0",
    "EXDATE:20260602T100000Z",
    "EXDATE;VALUE=DATE:20260603",
    "RDATE;VALUE=PERIOD:20260610T100000Z/PT1H",
    "RECURRENCE-ID:20260602T100000Z",
    "FREEBUSY:20260601T090000Z/20260601T080000Z",
    "FREEBUSY;FBTYPE=BUSY:nonsense",
    "TRANSP:OPAQUE",
    "STATUS:",
    "UID:",
    "X",
    "END:VCALENDAR",
]


def ics(*lines: str, kind: str = "VEVENT") -> bytes:
    rows = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", f"BEGIN:{kind}", "UID:1", *lines]
    return "\r\n".join([*rows, f"END:{kind}", "END:VCALENDAR", ""]).encode()


def spans(content: bytes, between: Span = YEAR, zone: str = "UTC") -> list[tuple[str, str]]:
    found = busy_files.read(content, between, zone=zone)
    shown = "%m-%d %H:%M"
    return sorted((f"{f.span.start:{shown}}", f"{f.span.end:{shown}}") for f in found)


class TestMeaning:
    @pytest.mark.parametrize(
        ("lines", "times"),
        [
            (
                ["DTSTART:20260601T100000Z", "DTEND:20260601T113000Z"],
                [("06-01 10:00", "06-01 11:30")],
            ),
            (["DTSTART:20260601T100000Z", "DURATION:PT45M"], [("06-01 10:00", "06-01 10:45")]),
            (
                ["DTSTART;TZID=Europe/Paris:20260601T100000", "DURATION:PT1H"],
                [("06-01 08:00", "06-01 09:00")],
            ),
            (["DTSTART:20260601T100000", "DURATION:PT1H"], [("06-01 08:00", "06-01 09:00")]),
            (["DTSTART;VALUE=DATE:20260601"], [("05-31 22:00", "06-01 22:00")]),
            (["DTSTART:20260601T100000Z"], []),
            (["DTSTART:20260601T100000Z", "DTEND:20260601T090000Z"], []),
            (["DTSTART:20260601T100000Z", "DURATION:PT1H", "TRANSP:TRANSPARENT"], []),
            (["DTSTART:20260601T100000Z", "DURATION:PT1H", "STATUS:CANCELLED"], []),
            (["DTSTART:20200601T100000Z", "DURATION:PT1H"], []),
            (["SUMMARY:no time at all"], []),
        ],
    )
    def test_one_event(self, lines, times) -> None:
        assert spans(ics(*lines), zone="Europe/Paris") == times

    def test_a_rule_keeps_to_the_wall_clock(self) -> None:
        """Europe changed its clocks on 29 March 2026: nine in Paris is eight, then seven."""
        rule = ["DTSTART;TZID=Europe/Paris:20260302T090000", "DURATION:PT1H"]
        found = spans(ics(*rule, "RRULE:FREQ=WEEKLY;BYDAY=MO"), WINTER)
        assert found == [("03-23 08:00", "03-23 09:00"), ("03-30 07:00", "03-30 08:00")]

    def test_a_rule_with_an_end_and_days_left_out(self) -> None:
        rule = [
            "DTSTART;TZID=Europe/Paris:20260601T090000",
            "DURATION:PT1H",
            "RRULE:FREQ=DAILY;UNTIL=20260605T070000Z",
            "EXDATE;TZID=Europe/Paris:20260602T090000,20260603T090000",
            "RDATE;TZID=Europe/Paris:20260610T150000",
        ]
        assert [start for start, _ in spans(ics(*rule))] == [
            "06-01 07:00",
            "06-04 07:00",
            "06-05 07:00",
            "06-10 13:00",
        ]

    def test_a_repetition_that_was_moved(self) -> None:
        rule = ["DTSTART:20260601T090000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2"]
        moved = [
            "END:VEVENT",
            "BEGIN:VEVENT",
            "UID:1",
            "RECURRENCE-ID:20260602T090000Z",
            "DTSTART:20260602T150000Z",
            "DURATION:PT1H",
        ]
        assert [start for start, _ in spans(ics(*rule, *moved))] == ["06-01 09:00", "06-02 15:00"]

    def test_published_busy_times(self) -> None:
        rows = [
            "FREEBUSY;FBTYPE=BUSY:20260601T090000Z/20260601T100000Z",
            "FREEBUSY;FBTYPE=FREE:20260601T100000Z/20260601T110000Z",
            "FREEBUSY:20260601T120000Z/PT30M",
        ]
        assert spans(ics(*rows, kind="VFREEBUSY")) == [
            ("06-01 09:00", "06-01 10:00"),
            ("06-01 12:00", "06-01 12:30"),
        ]

    @pytest.mark.parametrize(
        "content",
        [b"", b"<html>", b"BEGIN:VCALENDAR", b"\x00\xff", ics("DTSTART:tomorrow"), b"BEGIN:VEVENT"],
    )
    def test_what_is_no_calendar(self, content: bytes) -> None:
        with pytest.raises(busy_files.NotACalendar):
            busy_files.read(content, YEAR, zone="UTC")

    @given(st.lists(st.sampled_from(LINES), max_size=12), st.sampled_from(["VEVENT", "VFREEBUSY"]))
    def test_no_mixture_of_lines_breaks_the_reader(self, lines: list[str], kind: str) -> None:
        try:
            found = busy_files.read(ics(*lines, kind=kind), YEAR, zone="UTC")
        except (busy_files.NotACalendar, busy_files.TooMany):
            return
        assert all(row.span.start < row.span.end for row in found)

    @pytest.mark.parametrize(
        "rule",
        ["FREQ=SECONDLY", "FREQ=MINUTELY", "FREQ=HOURLY", "FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9"],
    )
    def test_what_would_never_end_is_refused(self, rule: str) -> None:
        content = ics("DTSTART:20260101T000000Z", "DURATION:PT1M", f"RRULE:{rule}")
        with pytest.raises(busy_files.TooMany):
            busy_files.read(content, YEAR, zone="UTC")


class TestAddresses:
    @pytest.mark.parametrize(
        "url",
        [
            "http://example.com/a.ics",
            "ftp://example.com/a.ics",
            "file:///etc/passwd",
            "https://user:secret@example.com/a.ics",
            "https://example.com:8443/a.ics",
            "https://example.com:99999/a.ics",
            "https:///a.ics",
            "not an address",
        ],
    )
    def test_what_is_not_spoken_to(self, url: str) -> None:
        with pytest.raises(GatewayRejected):
            icsfile.fetch(url)

    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1",
            "10.0.0.1",
            "169.254.169.254",
            "192.168.1.1",
            "100.64.0.1",
            "0.0.0.0",  # noqa: S104
            "224.0.0.1",
            "::1",
            "fe80::1",
            "fd00::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::1",
        ],
    )
    def test_no_private_network_by_any_name(self, address: str, monkeypatch) -> None:
        """One private address among the public ones is enough to refuse."""
        assert not outside.is_public(address)
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        rows = [
            (socket.AF_INET, 1, 6, "", ("93.184.216.34", 443)),
            (family, 1, 6, "", (address, 443)),
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: rows)
        with pytest.raises(GatewayRejected, match="private"):
            icsfile.fetch("https://innocent.example/a.ics")

    def test_public_ones_are_public(self) -> None:
        assert outside.is_public("93.184.216.34")
        assert outside.is_public("2606:2800:220:1:248:1893:25c8:1946")

    def test_the_call_goes_to_what_was_looked_at(self, monkeypatch) -> None:
        monkeypatch.setattr(
            socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("93.184.216.34", 443))]
        )
        target = icsfile._target("webcal://cal.example/x.ics?k=1")
        assert target == outside.Target("https://93.184.216.34", "cal.example", "/x.ics?k=1")

    def test_a_name_without_an_address(self) -> None:
        with pytest.raises((GatewayUnavailable, GatewayRejected)):
            icsfile.fetch("https://nobody.invalid/a.ics")


@pytest.mark.django_db
class TestImports:
    @pytest.fixture(autouse=True)
    def closed_breakers(self) -> None:
        breaker._shared.cache_clear()
        breaker._alone.cache_clear()

    def published(self, sandbox: Sandbox, *days: int) -> str:
        events = "".join(
            f"BEGIN:VEVENT\r\nUID:{n}\r\nDTSTART:{hour(n, 9):%Y%m%dT%H%M%SZ}\r\n"
            "DURATION:PT1H\r\nEND:VEVENT\r\n"
            for n in days
        )
        content = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{events}END:VCALENDAR\r\n"
        url = f"{sandbox.url}/ics/work.ics"
        sandbox.http.put(url, content=content.encode()).raise_for_status()
        return url

    def test_by_address_again_and_again(self, sandbox, tess: User, drain) -> None:
        client, url = client_of(tess), self.published(sandbox, 3, 4)
        assert client.post(f"{PAGE}read/", {"url": url}).status_code == 302
        row = CalendarImport.objects.get()
        assert (row.times, BusyTime.objects.count()) == (2, 2)
        assert url not in str(CalendarImport.objects.extra(select={"u": "url::text"}).values("u"))
        self.published(sandbox, 5)
        assert importing.want_due() == 0
        CalendarImport.objects.update(next_at=timezone.now())
        assert importing.want_due() == 1
        drain()
        assert BusyTime.objects.get().starts_at == hour(5, 9)
        client.post(f"{PAGE}imports/{row.pk}/remove/")
        assert not BusyTime.objects.exists()

    def test_what_cannot_be_read_later_keeps_what_was(self, sandbox, tess, drain) -> None:
        row = importing.add_address(tess, self.published(sandbox, 3))
        sandbox.http.put(row.url, content=b"<html>")
        CalendarImport.objects.update(next_at=timezone.now())
        importing.want_due()
        drain()
        again()
        row.refresh_from_db()
        assert (row.problem, BusyTime.objects.count()) == ("not-a-calendar", 1)
        assert "Cannot be read now" in client_of(tess).get(PAGE).content.decode()

    @pytest.mark.parametrize(
        "url", ["http://127.0.0.1:1/a.ics", "https://127.0.0.1/a.ics", "https://localhost/a.ics"]
    )
    def test_a_refusal_is_said_where_it_was_typed(self, sandbox, tess, api, url) -> None:
        page = client_of(tess).post(f"{PAGE}read/", {"url": url})
        assert page.status_code == 422
        assert "no calendar that can be read" in page.content.decode()
        answer = api(tess).post("/api/v1/me/calendar-imports/", {"url": url}, format="json")
        assert (answer.status_code, answer.json()["reason"]) == (422, "address")
        assert not CalendarImport.objects.exists()

    def test_from_a_file(self, tess: User) -> None:
        content = ics(f"DTSTART:{hour(3, 9):%Y%m%dT%H%M%SZ}", "DURATION:PT1H")
        file = SimpleUploadedFile("work.ics", content, content_type="text/calendar")
        assert client_of(tess).post(f"{PAGE}file/", {"file": file}).status_code == 302
        row = CalendarImport.objects.get()
        assert (row.name, row.times, row.next_at) == ("work.ics", 1, None)
        wrong = SimpleUploadedFile("x.ics", b"nothing")
        assert client_of(tess).post(f"{PAGE}file/", {"file": wrong}).status_code == 422

    def test_not_more_than_five_and_never_anothers(self, sandbox, tess, sam, api) -> None:
        url = self.published(sandbox, 3)
        for _ in range(5):
            assert api(tess).post(
                "/api/v1/me/calendar-imports/", {"url": url}, format="json"
            ).status_code == 201  # fmt: skip
        sixth = api(tess).post("/api/v1/me/calendar-imports/", {"url": url}, format="json")
        assert sixth.json()["code"] == "too-many-imports"
        row = CalendarImport.objects.first()
        path = f"/api/v1/me/calendar-imports/{row.pk}/"  # type: ignore[union-attr]
        assert api(sam).delete(path).status_code == 404
        assert api(tess).delete(path).status_code == 204
        assert len(api(tess).get("/api/v1/me/calendar-imports/").json()) == 4
