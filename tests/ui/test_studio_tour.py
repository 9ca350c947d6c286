"""A tour of the organisations' desk, the AI studio, the matching, and the designs in the admin."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from accounts.models import User
from ai.models import Draft, Ladder
from ai.services import accepting, drafts
from certificates.services import imports
from courses.models import Course, Lesson
from courses.services import enrolling, publishing
from tests.ai.conftest import BRIEF, EXERCISE, MATERIAL, QUIZ
from tests.ai.test_matching import subjects, teaching  # noqa: F401  a fixture
from tests.certificates import desks
from tests.certificates.desks import issue
from tests.ui.test_browser import NARROW, WIDE
from tests.ui.test_tour import signed_in, tour
from tests.waiting import until

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCREENS = [(WIDE, "light"), (NARROW, "dark")]


@pytest.fixture
def desk_stops(sam: User, otto: User, media: Path, sandbox, drain: Callable[[], None]) -> list[str]:
    """Sam's organisation, with learners in every state and a list of every kind."""
    north, course = desks.organization("North"), desks.external_course()
    desks.seat(north, sam)
    desks.seat(north, otto, role="desk")
    for number, state in enumerate(("imported", "enrolled", "failed")):
        desks.learner(north, course, f"Ines the {number}", state=state, last_error="no such course")
    issue(desks.completed(north, course, "Ada Lovelace"))
    waiting = desks.organization("South")
    waiting.members.create(email=sam.email, role="desk")
    text = desks.rows(3, north.website) + "Nobody,not an address,north.example\n"
    lists = [
        imports.start(course=course, organization=north, actor_id=sam.pk, data=data)
        for data in (text.encode(), b"x;y\n1;2\n", desks.rows(4, north.website).encode())
    ]
    drain()
    imports.commit(batch=lists[2], actor_id=sam.pk, valid_rows_only=False)
    drain()
    here = f"/org/{north.pk}/"
    return [
        "/org/",
        f"{here}learners/",
        f"{here}learners/?q=nobody",
        f"{here}imports/",
        *(f"{here}imports/{row.pk}/" for row in lists),
        f"{here}certificates/",
        f"{here}members/",
    ]


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_the_desk_is_open_to_everyone(chromium, live_server, sam, desk_stops, width, scheme):
    options = {"width": width, "color_scheme": scheme}
    assert tour(chromium, live_server.url, sam, desk_stops, **options) == {}


@pytest.fixture
def studio_stops(sandbox, settings, tess: User, drain: Callable[[], None]) -> list[str]:
    """Drafts of every kind and in every state one waits in."""
    settings.AI_A_DAY = dict.fromkeys(settings.AI_A_DAY, (9, 9))

    def begin(brief: dict) -> Draft:
        return drafts.begin(author=tess, brief=brief, materials=[MATERIAL])

    begin(BRIEF)
    drain()
    written = begin({**BRIEF, "topic": "splicing ropes"})
    drain()
    written.refresh_from_db()
    drafts.write_lessons(draft=written)
    drain()
    written.refresh_from_db()
    exercise, quiz = begin(EXERCISE), begin(QUIZ)
    drain()
    moving = begin({**BRIEF, "topic": "heaving lines"})
    outlined = Draft.objects.get(kind="course", state="outline_ready")
    rows = [outlined, written, exercise, quiz, moving]
    return [
        "/teach/ai/",
        *(f"/teach/ai/{kind}/new/" for kind in ("courses", "exercises", "quizzes")),
        *(f"/teach/ai/{row.pk}/" for row in rows),
        f"/teach/ai/{written.pk}/log/",
        *(
            f"/teach/ai/{written.pk}/parts/{node.key}/"
            for node in written.nodes.exclude(kind="outline")[:4]
        ),
        f"/teach/ai/{exercise.pk}/parts/set/",
        f"/teach/ai/{quiz.pk}/parts/set/",
    ]


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_the_studio_is_open_to_everyone(chromium, live_server, tess, studio_stops, width, scheme):
    options = {"width": width, "color_scheme": scheme}
    assert tour(chromium, live_server.url, tess, studio_stops, **options) == {}


@pytest.fixture
def student_stops(
    sandbox,
    sam: User,
    tess: User,
    drain: Callable[[], None],
    subjects,  # noqa: F811
) -> list[str]:
    """A match, and a ladder of hints in a lesson the studio wrote."""
    draft = drafts.begin(author=tess, brief=BRIEF, materials=[MATERIAL])
    drain()
    draft.refresh_from_db()
    drafts.write_lessons(draft=draft)
    drain()
    draft.refresh_from_db()
    accepting.accept_ready(draft=draft, actor=tess)
    publishing.publish(course=Course.objects.get(), actor_id=tess.pk)
    enrolling.enroll_free(user=sam, course=Course.objects.get())
    lesson = Lesson.objects.filter(kind="text").order_by("position")[0]
    for name in ("Ruth", "Jonas", "Amina"):
        teaching(name)
    client = Client()
    client.force_login(sam)
    wishes = {"subject": "x-algebra", "level": "beginner", "minutes": "60", "currency": "EUR"}
    found = client.post("/match/", {**wishes, "goals": "exam", "budget": "30"})["Location"]
    nobody = client.post("/match/", {**wishes, "goals": "", "level": "expert"})["Location"]
    here = f"/learn/{lesson.course.slug}/{lesson.key}/hints/"
    ladder = client.post(here, {"task": "How do I plan a first small piece of knots?"})["Location"]
    drain()
    client.post(ladder)
    drain()
    assert Ladder.objects.exists()
    return ["/match/", found, nobody, here, ladder]


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_matching_and_hints_are_open_to_everyone(
    chromium, live_server, sam, student_stops, width, scheme
):
    options = {"width": width, "color_scheme": scheme}
    assert tour(chromium, live_server.url, sam, student_stops, **options) == {}


def test_a_design_is_seen_while_it_is_written(chromium, live_server, ada):
    """The live preview shows the page as the press prints it, and why it refuses one."""
    with signed_in(chromium, live_server.url, ada) as page:
        page.goto(f"{live_server.url}/admin/certificates/certificatetemplate/add/")
        image = page.locator("[data-preview]")
        until(lambda: image.is_visible(), within_s=60)
        assert image.evaluate("img => img.naturalWidth") > 900
        before = image.get_attribute("src")
        page.locator("[data-preview-kind]").select_option("right to left")
        until(lambda: image.get_attribute("src") != before, within_s=60)
        page.locator("[name=html]").fill("<p>{{ nobody_knows_this }}</p>")
        problem = page.locator("[data-preview-problem]")
        until(lambda: "not a known word" in problem.inner_text(), within_s=60)
        assert not image.is_visible()
