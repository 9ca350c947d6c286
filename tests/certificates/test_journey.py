"""The whole way once: enrol, read, pass the quiz, hold a certificate a stranger can check."""

from collections.abc import Callable
from pathlib import Path

from accounts.models import User
from certificates.models import Certificate
from courses.models import Enrollment
from courses.services import learning
from tests.courses.conftest import (  # noqa: F401  fixtures
    course,
    lesson,
    pass_quiz,
    place,
    publish,
)


def test_the_last_lesson_brings_the_certificate(
    place: Enrollment,  # noqa: F811
    api,
    sam: User,
    media: Path,
    drain: Callable[[], None],
) -> None:
    for key in ("hello", "more"):
        learning.complete_lesson(enrollment=place, lesson=lesson(place.course, key))
    drain()
    assert not Certificate.objects.exists()
    pass_quiz(place)
    drain()
    (row,) = api(sam).get("/api/v1/certificates/").json()["results"]
    assert (row["state"], row["course"], row["extent"]) == ("issued", "First steps", "25 minutes")
    checked = api(None).get(f"/api/v1/certificates/verify/{row['code']}/").json()
    assert (checked["state"], checked["recipient"], checked["instructor"]) == (
        "valid",
        "Sam",
        "Tess",
    )
    file = api(sam).get(row["download_url"])
    assert file.getvalue().startswith(b"%PDF-")
