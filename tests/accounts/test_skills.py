"""Skills with levels: each once, however it is written."""

from functools import partial

import pytest

from accounts.models import Skill, User
from tests.races.parallel import together

SKILLS = "/api/v1/me/skills/"


def add(client, name: str, level: str = "beginner"):
    return client.post(SKILLS, {"name": name, "level": level}, format="json")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("first", "again"),
    [
        ("Français", "francais"),
        ("Piano", "ＰＩＡＮＯ"),
        ("Straße", "STRASSE"),
        ("Web  design", " web design "),
        ("Ελληνικά", "ελληνικα"),
    ],
)
def test_the_same_thing_written_otherwise_is_listed_already(
    api, sam: User, otto: User, first: str, again: str
) -> None:
    assert add(api(sam), first).status_code == 201
    answer = add(api(sam), again)
    assert (answer.status_code, answer.json()["code"]) == (409, "skill-already-listed")
    assert add(api(otto), again).status_code == 201


@pytest.mark.django_db
@pytest.mark.parametrize(("one", "other"), [("C", "C++"), ("C#", "C++"), ("カラテ", "ガラテ")])
def test_different_things_are_different(api, sam: User, one: str, other: str) -> None:
    assert [add(api(sam), one).status_code, add(api(sam), other).status_code] == [201, 201]


@pytest.mark.django_db
def test_levels_change_and_skills_go(api, sam: User, otto: User) -> None:
    client = api(sam)
    made = add(client, "Cello").json()
    path = f"{SKILLS}{made['id']}/"
    assert client.patch(path, {"level": "expert"}, format="json").json()["level"] == "expert"
    add(client, "Viola")
    clash = client.patch(path, {"name": "VIOLA"}, format="json")
    assert clash.json()["code"] == "skill-already-listed"
    assert api(otto).get(path).status_code == 404
    assert api(otto).delete(path).status_code == 404
    assert client.delete(path).status_code == 204
    assert [row["name"] for row in client.get(SKILLS).json()] == ["Viola"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [
        {"name": "", "level": "beginner"},
        {"name": "x" * 61, "level": "beginner"},
        {"name": "Cello", "level": "grandmaster"},
        {"name": "Cel\u202elo", "level": "beginner"},
        {"name": "Cello", "level": "beginner", "user": "someone"},
        {"name": ["Cello"], "level": "beginner"},
    ],
)
def test_what_is_no_skill_is_400(api, sam: User, body: dict) -> None:
    assert api(sam).post(SKILLS, body, format="json").status_code == 400


@pytest.mark.django_db
def test_a_list_is_full_at_fifty(api, sam: User) -> None:
    Skill.objects.bulk_create(
        [Skill(user=sam, name=f"S{n}", name_key=f"s{n}", level="beginner") for n in range(50)]
    )
    assert add(api(sam), "One more").json()["code"] == "too-many-skills"


@pytest.mark.django_db(transaction=True)
def test_of_eight_that_add_one_skill_one_does(api, sam: User) -> None:
    spellings = ["Élan", "elan", "ELAN", "ｅｌａｎ", "élan", " Elan", "eLaN", "ÉLAN"]
    answers = together([partial(add, api(sam), name) for name in spellings])
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    assert Skill.objects.count() == 1


@pytest.mark.django_db
def test_without_the_constraint_a_race_would_list_it_twice(sam: User) -> None:
    """The control: only the normalised column tells the two apart from a third."""
    Skill.objects.create(user=sam, name="Élan", name_key="one", level="beginner")
    Skill.objects.create(user=sam, name="elan", name_key="two", level="beginner")
    assert Skill.objects.count() == 2


@pytest.mark.django_db
def test_subjects_are_one_public_list(api, subjects, query_budget) -> None:
    with query_budget("subjects"):
        answer = api(None).get("/api/v1/subjects/")
    names = [row["name"] for row in answer.json()]
    assert names == sorted(names)
    assert {"slug": "algebra", "name": "Algebra", "family": "maths"} in answer.json()
    again = api(None).get("/api/v1/subjects/", headers={"if-none-match": answer["ETag"]})
    assert again.status_code == 304
