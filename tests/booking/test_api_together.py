"""Series, groups, waiting, other times, disputes and reviews through the API."""

from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from booking.models import Booking, LessonType
from booking.services import offers, waitlist
from tests.booking.conftest import held, hour
from tests.booking.test_outcomes import booked, judged, were_there  # noqa: F401  a fixture
from tutorme.core.money import Money

pytestmark = pytest.mark.django_db
AT = "/api/v1"


def code_of(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def post(client: Any, path: str, body: dict[str, Any] | None = None, key: str = "") -> Any:
    headers = {"idempotency-key": key or str(uuid4())}
    return client.post(f"{AT}/{path}", body or {}, format="json", headers=headers)


class TestSeries:
    def body(self, kind: LessonType, **more: Any) -> dict[str, Any]:
        start = hour(3, 10).isoformat()
        wish = {"session_type": str(kind.pk), "start": start, "lessons": 3, "clock": "UTC"}
        return {**wish, **more}

    def test_all_of_them_or_none(self, api, sam, tess, otto, lesson: LessonType) -> None:
        held(otto, lesson, hour(10, 10))
        looked = post(api(sam), "series/look/", self.body(lesson)).json()
        assert [each["reason"] for each in looked] == [None, "taken", None]
        refused = post(api(sam), "series/", self.body(lesson))
        assert code_of(refused) == (409, "series-blocked")
        assert [each["reason"] for each in refused.json()["occurrences"]] == ["taken"]
        assert not Booking.objects.filter(student=sam).exists()
        made = post(api(sam), "series/", self.body(lesson, skipping=True), "once")
        assert made.status_code == 201, made.json()
        row = made.json()
        assert (row["lessons"], row["price"]["amount"]) == (2, "60.00")
        assert [each["state"] for each in row["bookings"]] == ["held", "held"]
        again = post(api(sam), "series/", self.body(lesson, skipping=True), "once")
        assert again.json() == row
        assert Booking.objects.filter(student=sam).count() == 2
        own = f"{AT}/series/{row['id']}/"
        assert [api(who).get(own).status_code for who in (sam, tess, otto)] == [200, 200, 404]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"lessons": 1},
            {"lessons": 99},
            {"clock": "Mars/Olympus"},
            {"every_weeks": 0},
            {"package": str(uuid4()), "with_credit": True},
            {"start": "soon"},
        ],
    )
    def test_what_cannot_be(self, api, sam, lesson: LessonType, wrong: dict[str, Any]) -> None:
        assert post(api(sam), "series/", self.body(lesson, **wrong)).status_code == 400

    def test_a_key_is_needed(self, api, sam, lesson: LessonType) -> None:
        answer = api(sam).post(f"{AT}/series/", self.body(lesson), format="json")
        assert code_of(answer) == (400, "idempotency-key-required")


class TestGroups:
    @pytest.fixture
    def choir(self, tess: User, diary) -> LessonType:
        free = Money(0, "EUR")
        return offers.offer(tutor_id=tess.pk, title="Choir", minutes=60, price=free, capacity=2)

    def test_seats_until_there_are_none(self, api, sam, tess, otto, orla, choir) -> None:
        body = {"session_type": str(choir.pk), "start": hour(3, 18).isoformat()}
        made = post(api(tess), "me/groups/", body)
        assert made.status_code == 201, made.json()
        group = made.json()
        assert (group["seats_left"], group["state"]) == (2, "open")
        seats = f"groups/{group['id']}/seats/"
        assert post(api(sam), seats).json()["state"] == "confirmed"
        assert code_of(post(api(sam), seats)) == (409, "student-busy")
        assert post(api(otto), seats).status_code == 201
        assert code_of(post(api(orla), seats)) == (409, "group-full")
        listed = api(orla).get(f"{AT}/tutors/{tess.pk}/groups/").json()
        assert [each["seats_left"] for each in listed["results"]] == [0]
        waits = post(api(orla), "waitlist/", {"group": group["id"]})
        assert (waits.status_code, waits.json()["state"]) == (201, "waiting")
        cancel = f"me/groups/{group['id']}/cancel/"
        assert post(api(orla), cancel).status_code in {403, 404}
        assert post(api(tess), cancel, {"reason": "ill"}).json()["state"] == "cancelled"
        states = set(Booking.objects.values_list("state", flat=True))
        assert states == {"cancelled_by_tutor"}
        assert code_of(post(api(orla), seats)) == (409, "group-over")

    def test_only_its_tutor_sets_it(self, api, sam, orla, choir) -> None:
        body = {"session_type": str(choir.pk), "start": hour(3, 18).isoformat()}
        assert post(api(sam), "me/groups/", body).status_code == 403
        assert post(api(orla), "me/groups/", body).status_code == 404


class TestWaiting:
    def stretch(self, kind: LessonType, **more: Any) -> dict[str, Any]:
        span = {"earliest": hour(3, 10).isoformat(), "latest": hour(3, 11).isoformat()}
        return {"session_type": str(kind.pk), **span, **more}

    def test_waits_is_offered_and_takes_it_up(self, api, sam, otto, free, drain) -> None:
        taken = held(otto, free, hour(3, 10))
        entry = post(api(sam), "waitlist/", self.stretch(free)).json()
        assert entry["state"] == "waiting"
        post(api(otto), f"bookings/{taken.pk}/cancel/")
        drain()
        waitlist.serve()
        (row,) = api(sam).get(f"{AT}/waitlist/").json()["results"]
        assert (row["state"], row["id"]) == ("offered", entry["id"])
        assert api(otto).get(f"{AT}/waitlist/").json()["results"] == []
        took = post(api(sam), f"bookings/{row['booking']}/take-up/")
        assert (took.status_code, took.json()["state"]) == (200, "confirmed")
        drain()
        assert api(sam).get(f"{AT}/waitlist/").json()["results"][0]["state"] == "taken"

    def test_what_is_free_and_whose_it_is(self, api, sam, otto, free) -> None:
        nothing = post(api(sam), "waitlist/", self.stretch(free))
        assert code_of(nothing) == (409, "nothing-to-wait-for")
        held(otto, free, hour(3, 10))
        entry = post(api(sam), "waitlist/", self.stretch(free)).json()
        path = f"{AT}/waitlist/{entry['id']}/"
        assert api(otto).delete(path).status_code == 404
        assert api(sam).delete(path).status_code == 204
        assert api(sam).delete(path).status_code == 404

    @pytest.mark.parametrize("wrong", [{"group": str(uuid4())}, {"latest": None}])
    def test_what_cannot_be(self, api, sam, free, wrong: dict[str, Any]) -> None:
        assert post(api(sam), "waitlist/", self.stretch(free, **wrong)).status_code == 400


def test_another_time_is_asked_for_and_taken(api, sam, tess, otto, booked: Booking) -> None:  # noqa: F811
    path, other = f"bookings/{booked.pk}/proposals/", {"start": hour(4, 12).isoformat()}
    assert post(api(otto), path, other).status_code == 404
    asked = post(api(tess), path, other)
    assert asked.status_code == 201, asked.json()
    made = asked.json()["proposal"]
    assert code_of(post(api(tess), f"proposals/{made['id']}/accept/"))[0] == 403
    assert post(api(otto), f"proposals/{made['id']}/accept/").status_code == 404
    took = post(api(sam), f"proposals/{made['id']}/accept/")
    assert (took.status_code, took.json()["state"]) == (200, "accepted")
    booked.refresh_from_db()
    assert booked.starts_at == hour(4, 12)
    over = post(api(sam), f"proposals/{made['id']}/decline/")
    assert code_of(over) == (409, "proposal-over")


def test_a_dispute_is_opened_once_by_one_of_the_two(
    api,
    sam,
    tess,
    otto,
    booked: Booking,  # noqa: F811
) -> None:
    path = f"bookings/{booked.pk}/dispute/"
    said = {"reason": "tutor_away", "text": "Nobody there."}
    assert code_of(post(api(sam), path, said)) == (409, "not-disputable")
    were_there(booked, sam, tess)
    judged(booked)
    assert post(api(otto), path, said).status_code == 404
    assert post(api(sam), path, {"reason": "nobody_seen"}).status_code == 400
    made = post(api(sam), path, said)
    assert (made.status_code, made.json()["state"]) == (201, "open")
    assert code_of(post(api(tess), path, said)) == (409, "not-disputable")
    for who, status in ((sam, 200), (tess, 200), (otto, 404)):
        assert api(who).get(f"{AT}/{path}").status_code == status
    assert api(sam).get(f"{AT}/bookings/{booked.pk}/").json()["state"] == "disputed"


def test_a_review_of_a_lesson_that_was_held(api, sam, tess, otto, booked: Booking) -> None:  # noqa: F811
    path, said = f"{AT}/tutors/{tess.pk}/reviews/", {"stars": 4, "text": "Clear."}
    early = api(sam).put(path, said, format="json")
    assert code_of(early) == (409, "not-reviewable")
    were_there(booked, sam, tess)
    judged(booked)
    assert api(sam).put(path, said, format="json").status_code == 201
    assert api(sam).put(path, {**said, "stars": 5}, format="json").status_code == 200
    assert api(otto).put(path, said, format="json").status_code == 409
    assert api(sam).put(path, {"stars": 6}, format="json").status_code == 400
    (row,) = api().get(path).json()["results"]
    assert (row["stars"], row["author"]) == (5, "Sam")
    reply = f"{AT}/tutor-reviews/{row['id']}/reply/"
    assert api(sam).put(reply, {"text": "Me"}, format="json").status_code == 403
    assert api(tess).put(reply, {"text": "Thank you."}, format="json").status_code == 200
    report = f"tutor-reviews/{row['id']}/report/"
    assert post(api(otto), report, {"reason": "rude"}).status_code == 204
    standing = api().get(f"{AT}/tutors/{tess.pk}/standing/").json()
    assert (standing["reviews"], standing["mean"], standing["lessons"]) == (1, 5.0, 1)
    assert api(sam).delete(path).status_code == 204
    assert api().get(path).json()["results"] == []
