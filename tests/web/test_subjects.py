"""Pages of subjects: what there is of each, and where the whole lists are."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Subject, TutorProfile, TutorSubject, User
from courses.models import Course
from tests.accounts.conftest import subjects  # noqa: F401  a fixture
from tests.courses.conftest import course, publish  # noqa: F401  fixtures

pytestmark = pytest.mark.django_db


@pytest.fixture
def algebra(subjects: dict[str, Subject], tess: User, course: Course) -> Subject:  # noqa: F811
    """Tess teaches it, and has a course in it."""
    row = subjects["algebra"]
    facts = {"state": "approved", "approved_at": timezone.now(), "headline": "Patient with x"}
    profile, _made = TutorProfile.objects.update_or_create(user=tess, defaults=facts)
    TutorSubject.objects.create(profile=profile, subject=row, levels=["beginner"])
    Course.objects.filter(pk=course.pk).update(category="ALGEBRA")
    return row


def links(text: str) -> list[str]:
    return re.findall(r'href="([^"]+)"', text)


def test_a_subject_has_its_courses_and_tutors(client: Client, algebra: Subject, query_budget):
    client.get("/subjects/algebra/")
    with query_budget("subject_page"):
        text = client.get("/subjects/algebra/").content.decode()
    assert "First steps" in text
    assert "Patient with x" in text
    assert {"/courses/?category=ALGEBRA", "/tutors/?subject=algebra"} <= set(links(text))


def test_where_no_category_has_the_name_words_find_courses(client: Client, algebra: Subject):
    Course.objects.update(category="basics")
    Subject.objects.create(slug="steps", name="Steps", family="music")
    text = client.get("/subjects/steps/").content.decode()
    assert "First steps" in text
    assert "/courses/?search=Steps" in links(text)
    assert "Nobody teaches it one to one yet" in text


def test_nothing_else_is_shown_for_what_nobody_writes(client: Client, algebra: Subject):
    """A search would show “steps” for “stexs”; of a subject that would be a lie."""
    Subject.objects.create(slug="stexs", name="Stexs", family="music")
    text = client.get("/subjects/stexs/").content.decode()
    assert "First steps" not in text
    assert "No course in this yet" in text


def test_the_list_counts_them(client: Client, algebra: Subject, subjects, query_budget):  # noqa: F811
    Subject.objects.filter(pk="latin").update(is_offered=False)
    with query_budget("subjects_page"):
        text = client.get("/subjects/").content.decode()
    assert re.search(r"/subjects/algebra/[^§]{0,80}1 course, 1 tutor", text)
    assert "/subjects/latin/" not in links(text)
    assert client.get("/subjects/latin/").status_code == 200
    assert client.get("/subjects/nothing/").status_code == 404


def test_they_are_linked_where_subjects_are_named(client: Client, algebra: Subject, tess: User):
    for page in ("/", "/courses/"):
        assert "/subjects/" in links(client.get(page).content.decode())
    assert "/subjects/algebra/" in links(client.get(f"/tutors/{tess.username}/").content.decode())
