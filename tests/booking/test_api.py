from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from booking.models import Booking, LessonType, Schedule
from booking.services import schedules
from tests.booking.conftest import held, hour

MINE = "/api/v1/me/availability/"
BOOKINGS = "/api/v1/bookings/"
WEEK = {
    "time_zone": "Europe/Paris",
    "weekly": [{"day_of_week": 1, "start": "09:00", "end": "12:00"}],
    "overrides": [{"date": "2026-12-24", "windows": []}],
    "slot_minutes": 30,
}


def code_of(response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


class TestAvailability:
    def test_written_and_read(self, api, tess: User) -> None:
        assert code_of(api(tess).get(MINE)) == (404, "schedule-missing")
        made = api(tess).put(MINE, WEEK, format="json")
        assert made.status_code == 200, made.json()
        again = api(tess).get(MINE)
        assert again.json() == made.json()
        assert {name: again.json()[name] for name in WEEK} == WEEK
        tag = again["ETag"]
        assert api(tess).get(MINE, headers={"if-none-match": tag}).status_code == 304

    def test_edits_name_the_version_they_were_made_on(self, api, tess: User) -> None:
        tag = api(tess).put(MINE, WEEK, format="json")["ETag"]
        change = {"notice_minutes": 60}
        assert code_of(api(tess).patch(MINE, change, format="json"))[0] == 428
        done = api(tess).patch(MINE, change, format="json", headers={"if-match": tag})
        assert (done.status_code, done.json()["notice_minutes"]) == (200, 60)
        assert done.json()["weekly"] == WEEK["weekly"]
        late = api(tess).patch(MINE, change, format="json", headers={"if-match": tag})
        assert code_of(late) == (412, "precondition-failed")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"time_zone": "Mars/Base"},
            {"time_zone": None},
            {"weekly": [{"day_of_week": 7, "start": "09:00", "end": "10:00"}]},
            {"weekly": [{"day_of_week": 1, "start": "9", "end": "10:00"}]},
            {"weekly": [{"day_of_week": 1, "start": "24:00", "end": "10:00"}]},
            {"weekly": {"day_of_week": 1}},
            {
                "weekly": [
                    {"day_of_week": 1, "start": "09:00", "end": "12:00"},
                    {"day_of_week": 1, "start": "11:00", "end": "13:00"},
                ]
            },
            {
                # Saturday's night runs into Sunday's morning, around the end of the week.
                "weekly": [
                    {"day_of_week": 6, "start": "22:00", "end": "02:00"},
                    {"day_of_week": 0, "start": "01:00", "end": "03:00"},
                ]
            },
            {"overrides": [{"date": "2026-12-24", "windows": []}] * 2},
            {"slot_minutes": 0},
            {"buffer_after": 10**9},
            {"horizon_days": 0},
            {"cancellation": "whenever"},
            {"tutor": "somebody"},
        ],
    )
    def test_what_cannot_be(self, api, tess: User, wrong: dict) -> None:
        answer = api(tess).put(MINE, {**WEEK, **wrong}, format="json")
        assert code_of(answer) == (400, "invalid-input")
        assert not Schedule.objects.filter(weekly__isnull=False).exists()

    def test_students_have_none(self, api, sam: User) -> None:
        assert api(sam).put(MINE, WEEK, format="json").status_code == 403


class TestSlots:
    def test_by_the_students_dates(self, api, tess: User, diary: Schedule) -> None:
        on = timezone.now().date() + timedelta(days=3)
        path = f"/api/v1/tutors/{tess.pk}/availability/"
        body = api(None).get(path, {"date": on, "tz": "Asia/Tokyo"}).json()
        assert (body["tutor"], body["time_zone"]) == (str(tess.pk), "Asia/Tokyo")
        (day,) = body["days"]
        assert day["date"] == on.isoformat()
        # Eight to eight in UTC is seventeen to five in Tokyo: the evening before and this one.
        assert day["slots"][0]["local"] == "00:00 JST"
        assert day["slots"][0]["start"].endswith("T15:00:00Z")
        assert len(day["slots"]) == 12

    def test_queries_stay_flat(self, api, tess, sam, free, query_budget) -> None:
        for days in range(2, 12):
            held(sam, free, hour(days, 10))
        on = timezone.now().date()
        path = f"/api/v1/tutors/{tess.pk}/availability/"
        with query_budget("tutor slots, 31 days"):
            api(None).get(path, {"from": on, "to": on + timedelta(days=30)})

    @pytest.mark.parametrize(
        "query",
        [
            {},
            {"date": "2026-02-30"},
            {"date": "2026-12-01", "from": "2026-12-01"},
            {"from": "2026-12-01", "to": "2027-01-01"},
            {"from": "2026-12-02", "to": "2026-12-01"},
            {"date": "2026-12-01", "tz": "Nowhere"},
            {"date": "2026-12-01", "duration": 5},
            {"date": "2026-12-01", "colour": "red"},
        ],
    )
    def test_what_cannot_be_asked(self, api, tess: User, diary: Schedule, query: dict) -> None:
        answer = api(None).get(f"/api/v1/tutors/{tess.pk}/availability/", query)
        assert code_of(answer) == (400, "invalid-input")

    def test_the_ends_of_time(self, api, tess: User, diary: Schedule) -> None:
        for on in (date.min, date.max):
            answer = api(None).get(f"/api/v1/tutors/{tess.pk}/availability/", {"date": on})
            assert answer.status_code in {200, 400}

    def test_who_is_not_bookable_is_not_there(self, api, sam: User, tess: User, diary) -> None:
        on = {"date": "2026-12-01"}
        assert api(None).get(f"/api/v1/tutors/{sam.pk}/availability/", on).status_code == 404
        schedules.change(tutor_id=tess.pk, changes={"is_open": False})
        assert api(None).get(f"/api/v1/tutors/{tess.pk}/availability/", on).status_code == 404


class TestBookings:
    def book(self, client, kind: LessonType, key: str = "k1", **more: object):
        body = {"session_type": str(kind.pk), "start": hour(3, 10).isoformat(), **more}
        return client.post(BOOKINGS, body, format="json", headers={"idempotency-key": key})

    def test_hold_read_and_pay_by_order(self, api, sam, tess, otto, lesson, query_budget) -> None:
        client = api(sam)
        made = self.book(client, lesson, note="Fractions, please")
        assert made.status_code == 201, made.json()
        row = made.json()
        assert (row["state"], row["price"]) == ("held", {"amount": "30.00", "currency": "EUR"})
        assert self.book(client, lesson, note="Fractions, please").json() == row
        own = f"{BOOKINGS}{row['id']}/"
        assert api(otto).get(own).status_code == 404
        shown = api(tess).get(own).json()
        assert shown["student"]["display_name"] == "Sam"
        assert shown["refund_if_cancelled"]["percent"] == 100
        assert [change["state"] for change in shown["history"]] == ["held"]
        with query_budget("bookings list"):
            listed = client.get(BOOKINGS).json()["results"]
        assert [each["id"] for each in listed] == [row["id"]]
        assert "email" not in str(shown)

    def test_a_hold_costs_few_queries(self, api, sam, lesson, query_budget) -> None:
        client = api(sam)
        with query_budget("bookings_hold"):
            assert self.book(client, lesson).status_code == 201

    def test_a_key_is_needed(self, api, sam: User, lesson: LessonType) -> None:
        body = {"session_type": str(lesson.pk), "start": hour(3, 10).isoformat()}
        answer = api(sam).post(BOOKINGS, body, format="json")
        assert code_of(answer) == (400, "idempotency-key-required")

    def test_clashes(self, api, sam: User, otto: User, lesson: LessonType) -> None:
        self.book(api(sam), lesson)
        assert code_of(self.book(api(otto), lesson)) == (409, "slot-taken")
        early = self.book(api(otto), lesson, "k2", start=hour(3, 3).isoformat())
        assert code_of(early) == (422, "outside-availability")
        assert early.json()["reason"] == "outside-hours"

    @pytest.mark.parametrize(
        "wrong",
        [
            {"start": "soon"},
            {"start": "9999-12-31T23:59:59Z"},
            {"session_type": "none"},
            {"price": {"amount": "0.01", "currency": "EUR"}},
            {"state": "confirmed"},
            {"note": "x" * 1001},
            {"note": "\u202e"},
        ],
    )
    def test_what_cannot_be(self, api, sam: User, lesson: LessonType, wrong: dict) -> None:
        assert code_of(self.book(api(sam), lesson, **wrong)) == (400, "invalid-input")
        assert not Booking.objects.exists()

    def test_cancel_and_move(self, api, sam: User, tess: User, free: LessonType) -> None:
        row = self.book(api(sam), free).json()
        own = f"{BOOKINGS}{row['id']}/"
        start = hour(5, 11).isoformat()
        moved = api(sam).post(f"{own}reschedule/", {"start": start}, format="json")
        assert (moved.status_code, moved.json()["version"]) == (200, 3)
        assert code_of(api(tess).post(f"{own}reschedule/", {"start": start}, format="json")) == (
            403,
            "not-allowed",
        )
        gone = api(tess).post(f"{own}cancel/", {"reason": "Ill"}, format="json")
        assert gone.json()["state"] == "cancelled_by_tutor"
        assert gone.json()["history"][-1]["reason"] == "Ill"
        again = api(sam).post(f"{own}cancel/", {}, format="json")
        assert code_of(again) == (409, "booking-over")

    def test_requests_are_answered_by_the_tutor(self, api, sam, tess, orla, free) -> None:
        schedules.change(tutor_id=tess.pk, changes={"needs_approval": True})
        row = self.book(api(sam), free).json()
        assert row["state"] == "pending_approval"
        own = f"{BOOKINGS}{row['id']}/"
        assert api(orla).post(f"{own}confirm/").status_code == 404
        assert api(sam).post(f"{own}confirm/").status_code == 403
        assert api(tess).post(f"{own}confirm/").json()["state"] == "confirmed"


def test_session_types(api, tess: User, orla: User, diary: Schedule) -> None:
    root = "/api/v1/me/session-types/"
    body = {"title": "Maths", "minutes": 45, "price": {"amount": "25.00", "currency": "EUR"}}
    made = api(tess).post(root, body, format="json")
    assert made.status_code == 201, made.json()
    public = f"/api/v1/tutors/{tess.pk}/session-types/"
    assert api(None).get(public).json() == [made.json()] == api(tess).get(root).json()
    own = f"{root}{made.json()['id']}/"
    assert api(orla).delete(own).status_code == 404
    assert api(tess).delete(own).status_code == 204
    assert api(None).get(public).json() == []
