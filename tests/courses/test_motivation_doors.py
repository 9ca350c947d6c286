"""Achievements, points and boards, over the API and on pages without a script."""

from uuid import UUID

import pytest
from django.test import Client

from accounts.models import User
from courses.models import Achievement, Enrollment, Motivation
from courses.services import achievement_catalogue, learning, motivation
from tests.courses.conftest import lesson, pass_quiz

pytestmark = pytest.mark.django_db
NOBODYS = UUID("0198aaaa-0000-7000-8000-000000000000")


@pytest.fixture
def learned(place: Enrollment, drain) -> Enrollment:
    achievement_catalogue.load()
    for key in ("hello", "more"):
        learning.complete_lesson(enrollment=place, lesson=lesson(place.course, key))
    pass_quiz(place)
    drain()
    return place


def test_the_board_says_where_one_stands(learned: Enrollment, sam, otto, api, query_budget) -> None:
    motivation.choose(user_id=sam.pk, changes={"wants_boards": True})
    client = api(sam)
    with query_budget("leaderboard"):
        body = client.get("/api/v1/leaderboard/").json()
    total = User.objects.get(pk=sam.pk).points
    assert body["me"] == {"rank": 1, "points": total, "is_shown": True, "percentile": None}
    assert [row["display_name"] for row in body["top"]] == ["Sam"]
    assert body["starts_at"] < body["ends_at"]
    course = f"?board=course&course={learned.course_id}"
    assert client.get(f"/api/v1/leaderboard/{course}").json()["me"]["points"] == 255
    assert api(otto).get("/api/v1/leaderboard/?board=all_time").json()["me"] is None
    assert api(None).get("/api/v1/leaderboard/").json()["top"][0]["username"] == "sam"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?board=month", 400),
        ("?board=course", 400),
        (f"?board=week&course={NOBODYS}", 400),
        (f"?board=course&course={NOBODYS}", 404),
        ("?nonsense=1", 400),
        ("?board=course&course=x", 400),
    ],
)
def test_boards_that_are_not_there(api, sam: User, query: str, status: int) -> None:
    assert api(sam).get(f"/api/v1/leaderboard/{query}").status_code == status


def test_a_draft_course_has_no_board_for_others(learned: Enrollment, api, otto: User) -> None:
    learned.course.state = "draft"
    learned.course.save()
    address = f"/api/v1/leaderboard/?board=course&course={learned.course_id}"
    assert api(otto).get(address).status_code == 404


def test_the_ledger_is_ones_own(learned: Enrollment, api, sam, otto, query_budget) -> None:
    client = api(sam)
    with query_budget("me_points"):
        rows = client.get("/api/v1/me/points/").json()["results"]
    total = api(sam).get("/api/v1/me/profile/").json()["points"]
    assert sum(row["points"] for row in rows) == total
    assert api(otto).get("/api/v1/me/points/").json()["results"] == []


def test_how_much_of_it_one_wants(api, sam: User) -> None:
    client = api(sam)
    first = client.get("/api/v1/me/motivation/").json()
    assert (first["is_calm"], first["is_shown"], first["rest_days"]) == (False, False, [])
    wanted = {"wants_boards": True, "rest_days": [5, 6]}
    body = client.patch("/api/v1/me/motivation/", wanted, format="json").json()
    assert (body["is_shown"], body["rest_days_from_tomorrow"]) == (True, [5, 6])
    for wrong in ({"points": 5}, {"rest_days": [1, 2, 3]}, {"rest_days": [7]}, {"is_calm": "x"}):
        answer = client.patch("/api/v1/me/motivation/", wrong, format="json")
        assert answer.status_code == 400, wrong


def test_definitions_are_everybodys_to_read_and_admins_to_write(api, sam, ada) -> None:
    facts = {
        "slug": "steady",
        "title": "Steady",
        "description": "Four days.",
        "criteria": {"type": "streak", "required_days": 4},
        "points": 5,
    }
    assert api(sam).post("/api/v1/achievements/", facts, format="json").status_code == 403
    made = api(ada).post("/api/v1/achievements/", facts, format="json").json()
    again = api(ada).post("/api/v1/achievements/", facts, format="json")
    assert again.json()["code"] == "achievement-slug-taken"
    address = f"/api/v1/achievements/{made['id']}/"
    assert (made["state"], api(None).get(address).status_code) == ("draft", 404)
    changed = api(ada).patch(address, {"criteria": {"type": "streak"}}, format="json")
    assert changed.json()["code"] == "criteria-invalid"
    assert api(ada).post(f"{address}activate/").json()["state"] == "active"
    assert api(None).get("/api/v1/achievements/").json()[0]["slug"] == "steady"
    award = {"user": str(sam.pk), "reason": "Deserved"}
    assert api(ada).post(f"{address}grant/", award, format="json").status_code == 204
    assert api(ada).post(f"{address}revoke/", award, format="json").status_code == 204
    assert api(ada).post(f"{address}revoke/", award, format="json").status_code == 409
    nobody = {**award, "user": str(NOBODYS)}
    assert api(ada).post(f"{address}grant/", nobody, format="json").status_code == 404
    assert api(ada).post(f"{address}retire/").json()["state"] == "retired"


def test_the_pages_without_a_script(
    learned: Enrollment, sam: User, client: Client, query_budget
) -> None:
    client.force_login(sam)
    with query_budget("page_achievements"):
        page = client.get("/achievements/").content.decode()
    assert "First course completed" in page
    assert "A month of days" in page
    with query_budget("page_points"):
        assert "Course completed" in client.get("/achievements/points/").content.decode()
    assert "Join the leaderboards" in client.get("/leaderboard/").content.decode()
    joined = client.post("/leaderboard/choose/", {"wants": "yes"}, follow=True)
    assert "You are" in joined.content.decode()
    with query_budget("page_leaderboard"):
        client.get("/leaderboard/?board=all_time")
    board = f"/leaderboard/?board=course&course={learned.course.slug}"
    assert "255" in client.get(board).content.decode()
    assert client.get("/leaderboard/?board=course&course=none").status_code == 404
    assert client.get("/leaderboard/?board=other").status_code == 404


def test_the_settings_page(sam: User, client: Client) -> None:
    client.force_login(sam)
    assert "Rest days" in client.get("/settings/motivation/").content.decode()
    wrong = client.post("/settings/motivation/", {"rest_days": ["1", "2", "3"]})
    assert wrong.status_code == 422
    client.post("/settings/motivation/", {"rest_days": ["5"], "is_calm": "on"})
    mine = Motivation.objects.get(pk=sam.pk)
    assert (mine.is_calm, mine.wants_boards) == (True, False)
    assert list(sam.rest_choices.values_list("weekdays", flat=True)) == [[5]]


def test_visitors_see_the_board_and_sign_in_for_the_rest(client: Client) -> None:
    assert client.get("/leaderboard/").status_code == 200
    for page in ("/achievements/", "/achievements/points/", "/settings/motivation/", "/teach/"):
        assert client.get(page).status_code == 302


def test_an_achievement_that_was_retired_is_hidden_from_visitors(api, ada: User) -> None:
    achievement_catalogue.load()
    row = Achievement.objects.get(slug="one-week")
    assert api(None).get(f"/api/v1/achievements/{row.pk}/").status_code == 200
    Achievement.objects.filter(pk=row.pk).update(state="retired")
    assert api(None).get(f"/api/v1/achievements/{row.pk}/").status_code == 404
