"""What the directory counts stands beside each profile, whoever wrote what it says."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from time import sleep

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Level, Subject, TutorLanguage, TutorProfile, TutorSubject, User
from tests.races.parallel import together

SLUGS = ("counted-one", "counted-two", "counted-three")
BEGINNERS, EXPERTS = Level.BEGINNER.bit, Level.EXPERT.bit


@pytest.fixture
def profile(db: None, sam: User) -> TutorProfile:
    Subject.objects.bulk_create(Subject(slug=slug, name=slug, family="art") for slug in SLUGS)
    return TutorProfile.objects.create(user=sam)


def subject(profile: TutorProfile, number: int, *levels: str) -> TutorSubject:
    found = TutorSubject(profile=profile, subject_id=SLUGS[number], position=number)
    found.levels = list(levels or ["beginner"])
    return found


def counted(profile: TutorProfile) -> tuple[list[str], list[int], int, list[str]]:
    profile.refresh_from_db()
    return profile.taught, profile.taught_levels, profile.levels, profile.spoken


def test_each_level_has_a_bit_of_its_own(profile: TutorProfile) -> None:
    assert [level.bit for level in Level] == [1, 2, 4, 8]
    TutorSubject.objects.bulk_create(
        [subject(profile, 1, "expert", "beginner"), subject(profile, 0, *Level.values[:3])]
    )
    assert counted(profile) == ([SLUGS[0], SLUGS[1]], [7, BEGINNERS | EXPERTS], 15, [])


def test_what_is_written_past_the_services_is_counted(profile: TutorProfile) -> None:
    TutorSubject.objects.bulk_create([subject(profile, 0), subject(profile, 1)])
    TutorLanguage.objects.create(profile=profile, code="fr", level="native", position=1)
    TutorLanguage.objects.create(profile=profile, code="en", level="native", position=0)
    TutorSubject.objects.filter(subject=SLUGS[1]).update(levels=["expert"])
    assert counted(profile) == (
        [*SLUGS[:2]],
        [BEGINNERS, EXPERTS],
        BEGINNERS | EXPERTS,
        ["en", "fr"],
    )
    TutorSubject.objects.filter(subject=SLUGS[0]).delete()
    TutorLanguage.objects.all().delete()
    assert counted(profile) == ([SLUGS[1]], [EXPERTS], EXPERTS, [])


def test_what_moves_to_another_tutor_is_counted_there(profile: TutorProfile, tess: User) -> None:
    other = tess.tutor_profile
    before = counted(other)[0]
    row = subject(profile, 2)
    row.save()
    TutorSubject.objects.filter(pk=row.pk).update(profile=other)
    assert counted(profile)[0] == []
    assert sorted(counted(other)[0]) == sorted([*before, SLUGS[2]])


def test_a_profile_saved_whole_does_not_put_back_what_it_once_read(profile: TutorProfile) -> None:
    stale = TutorProfile.objects.get(pk=profile.pk)
    subject(profile, 0).save()
    stale.headline = "Explains"
    stale.save()
    assert counted(profile)[0] == [SLUGS[0]]


def test_more_than_the_forms_take_is_refused(profile: TutorProfile) -> None:
    many = [Subject(slug=f"many-{n}", name=f"many {n}", family="art") for n in range(13)]
    Subject.objects.bulk_create(many)
    with pytest.raises(IntegrityError, match="tutor_profile_counted"), transaction.atomic():
        TutorSubject.objects.bulk_create(
            TutorSubject(profile=profile, subject=one, levels=["expert"]) for one in many
        )
    assert counted(profile)[0] == []


def _one_after_the_other(profile: TutorProfile) -> None:
    """The second writes while the first has written and not yet ended."""
    written = threading.Event()

    def first() -> None:
        with transaction.atomic():
            subject(profile, 0).save()
            written.set()
            _until_somebody_waits()

    def second() -> None:
        assert written.wait(timeout=60)
        subject(profile, 1).save()

    assert together([first, second]) == [None, None]


def _until_somebody_waits() -> None:
    waiting = (
        "SELECT count(*) FROM pg_locks"
        " WHERE NOT granted AND transactionid = pg_current_xact_id()::xid"
    )
    with connection.cursor() as cursor:
        for _ in range(600):
            cursor.execute(waiting)
            if cursor.fetchone() != (0,):
                return
            sleep(0.1)
    raise AssertionError("nobody came second")


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_neither_is_lost(profile: TutorProfile) -> None:
    _one_after_the_other(profile)
    assert counted(profile)[0] == [SLUGS[0], SLUGS[1]]


@pytest.mark.django_db(transaction=True)
def test_counted_within_the_statement_one_would_be_lost(profile: TutorProfile) -> None:
    """The control: what the second counts, it counted before it waited."""
    with _counting_in_the_statement():
        _one_after_the_other(profile)
        assert counted(profile)[0] == [SLUGS[1]]


@contextmanager
def _counting_in_the_statement() -> Iterator[None]:
    made = import_module("accounts.migrations.0026_tutors_counted")
    again = made.FUNCTIONS.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    again = again.replace("CREATE TRIGGER", "CREATE OR REPLACE TRIGGER")
    naive = again.replace(
        "SET levels = 0",
        "SET taught = (SELECT array_agg(s.subject_id ORDER BY s.position)"
        " FROM accounts_tutorsubject s WHERE s.profile_id = user_id)",
    )
    with connection.cursor() as cursor:
        cursor.execute(naive + "DROP TRIGGER counted ON accounts_tutorprofile")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(again)
