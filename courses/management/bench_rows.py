"""Rows in the number the speed goals are meant for, straight through COPY.

Everything follows from its number: the same scale makes the same rows, under ids that tell them
from real ones. At scale 1: 20,000 courses of 20 lessons, a million learners with a place each, five
lessons of it done, and 200,000 ratings.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import connection, models, transaction

from accounts.models import User
from courses.models import Course, CourseRating, Enrollment, Lesson, LessonProgress, Section
from courses.services import ratings

COURSES, LEARNERS, RATINGS = 20_000, 1_000_000, 200_000
LESSONS, SECTIONS, DONE, TEACHERS = 20, 4, 5, 50
_CHUNK = 20_000
_MOMENT = "2026-01-01 08:00:00+00"
CATEGORIES = (
    "Mathematics Languages Music History Physics Programming Chemistry Drawing Writing Economics"
).split()
WORDS = {
    "en": (
        "linear equations fractions geometry vectors verbs listening pronunciation harmony rhythm "
        "counterpoint empires trade revolutions motion energy waves optics python functions "
        "testing databases proofs induction sets limits series chords scales letters dialogue "
        "essays grammar painting perspective sketching markets inflation bonds atoms reactions "
        "acids thermodynamics probability statistics calculus matrices algorithms recursion "
        "networks poetry novels criticism rhetoric portraits landscape watercolour anatomy"
    ).split(),
    "es": (
        "ecuaciones fracciones verbos escucha pronunciación armonía ritmo imperios comercio "
        "revoluciones movimiento energía ondas óptica funciones demostraciones conjuntos límites "
        "acordes escalas cartas diálogos ensayos gramática pintura perspectiva mercados átomos "
        "reacciones ácidos probabilidad estadística cálculo matrices redes poesía novelas"
    ).split(),
    "de": (
        "Gleichungen Brüche Verben Hören Aussprache Harmonie Rhythmus Reiche Handel Bewegung "
        "Energie Wellen Optik Funktionen Beweise Mengen Grenzwerte Akkorde Tonleitern Briefe "
        "Gespräche Aufsätze Grammatik Malerei Märkte Atome Säuren Statistik Matrizen Netze"
    ).split(),
}
LANGUAGES = ("en", "en", "en", "es", "de")
TAGS = "beginners exam school university adults weekend practice theory projects reading".split()


@dataclass(frozen=True)
class Sizes:
    courses: int
    learners: int
    ratings: int

    @classmethod
    def at(cls, scale: float) -> "Sizes":
        return cls(*(max(1, round(n * scale)) for n in (COURSES, LEARNERS, RATINGS)))


def key(kind: int, number: int) -> str:
    return f"be000000-000{kind}-7000-8000-{number:012x}"


_USER, _TEACHER, _COURSE, _SECTION, _LESSON, _PLACE, _RATING = range(1, 8)


def present() -> Sizes | None:
    """What an earlier run left; None if nothing."""
    if not User.objects.filter(pk=key(_TEACHER, 0)).exists():
        return None
    return Sizes(
        courses=Course.objects.filter(slug__startswith="bench-").count(),
        learners=Enrollment.objects.filter(pk__gte=key(_PLACE, 0), pk__lt=key(_RATING, 0)).count(),
        ratings=CourseRating.objects.filter(pk__gte=key(_RATING, 0)).count(),
    )


def fill(sizes: Sizes) -> None:
    """All of it or nothing."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        _copy(User, _PERSON, _people(_TEACHER, "teacher", TEACHERS))
        _copy(User, _PERSON, _people(_USER, "learner", sizes.learners))
        _copy(Course, _COURSE_COLUMNS, _courses(sizes.courses))
        _copy(Section, ("id", "course_id", "title", "position"), _sections(sizes.courses))
        _copy(Lesson, _LESSON_COLUMNS, _lessons(sizes.courses))
        _copy(Enrollment, _PLACE_COLUMNS, _places(sizes))
        _copy(LessonProgress, _PROGRESS_COLUMNS, _progress(sizes))
        _copy(CourseRating, _RATING_COLUMNS, _ratings(sizes))
        with connection.cursor() as cursor:
            cursor.execute(_COUNTS)
    ratings.rerank()
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("ANALYZE")
        cursor.execute("RESET statement_timeout")


def _copy(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Columns that are not named get the model's default, once for all rows."""
    given = set(columns)
    rest = [
        field
        for field in model._meta.concrete_fields
        if field.column not in given
        and not field.generated
        and not isinstance(field, models.AutoField)
        and not field.has_db_default()
    ]
    names = [*columns, *(str(field.column) for field in rest)]
    tail = "".join(f"\t{_written(field, _default(field))}" for field in rest)
    quoted = ", ".join(connection.ops.quote_name(name) for name in names)
    table = connection.ops.quote_name(model._meta.db_table)
    lines = ("\t".join(map(str, row)) + tail + "\n" for row in rows)
    with (
        connection.cursor() as cursor,
        cursor.cursor.copy(f"COPY {table} ({quoted}) FROM STDIN") as stream,
    ):
        while chunk := "".join(islice(lines, _CHUNK)):
            stream.write(chunk)


def _default(field: "models.Field[Any, Any]") -> Any:
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return _MOMENT
    return field.get_default()


def _written(field: "models.Field[Any, Any]", value: Any) -> str:
    """As COPY's text format has it."""
    if value is None:
        return r"\N"
    if isinstance(field, models.JSONField):
        return "{}" if value == {} else "[]"
    if isinstance(value, list):
        return "{}"
    return {True: "t", False: "f"}.get(value, str(value)) if isinstance(value, bool) else str(value)


# Besides the words above, as many as a language uses, and as unevenly: few everywhere, most rarely.
_SYLLABLES = (
    "ba be bo ca ce co da de do fa fe ga go la le li lo ma me mi mo na ne no pa pe po ra re ri ro "
    "sa se si so ta te ti to va ve vi"
).split()
_VOCABULARY = 20_000


def rare_word(number: int) -> str:
    """Three or four syllables of 42: one word for each number."""
    rest, found = number % _VOCABULARY + 42**2, ""
    while rest:
        rest, place = divmod(rest, 42)
        found += _SYLLABLES[place]
    return found


def words(language: str, number: int, count: int) -> str:
    """Every eighth is a real one."""
    known = WORDS[language]
    found = []
    for place in range(count):
        share = spread(number * 1009 + place * 31 + len(language))
        if place % 8 == 0:
            found.append(known[int(len(known) * share)])
        else:
            found.append(rare_word(int(_VOCABULARY * share**3)))
    return " ".join(found)


def spread(number: int) -> float:
    """Evenly over [0, 1), and always the same (Knuth's multiplicative hash)."""
    return (number * 2_654_435_761 % 2**32) / 2**32


_PERSON = (
    "id",
    "email",
    "email_verified_at",
    "username",
    "username_skeleton",
    "display_name",
    "password",
)


def _people(kind: int, name: str, count: int) -> Iterator[Sequence[Any]]:
    for n in range(count):
        own = f"bench.{name}{n}"
        yield key(kind, n), f"{own}@example.test", _MOMENT, own, own, f"{name.title()} {n}", "!"


_COURSE_COLUMNS = (
    *("id", "slug", "instructor_id", "title", "subtitle", "summary", "description", "category"),
    *("tags", "difficulty", "language", "price_minor", "state", "version", "lesson_count"),
    *("total_minutes", "published_at"),
)


def _courses(count: int) -> Iterator[Sequence[Any]]:
    for n in range(count):
        language = LANGUAGES[n % len(LANGUAGES)]
        tags = {TAGS[n % len(TAGS)], TAGS[n // 3 % len(TAGS)]}
        yield (
            *(key(_COURSE, n), f"bench-{n}", key(_TEACHER, n % TEACHERS)),
            f"{words(language, n, 3).capitalize()} {words(language, n + 7, 1)} {n}",
            *(words(language, n + 1, 6), words(language, n + 2, 20), words(language, n + 3, 200)),
            *(CATEGORIES[n % len(CATEGORIES)], "{" + ",".join(sorted(tags)) + "}"),
            *(("beginner", "intermediate", "advanced")[n % 3], language),
            *((0, 900, 1900, 2900, 6900, 12900)[n % 6], "published", 1, LESSONS, 10 * LESSONS),
            f"2026-{1 + n % 10:02}-{1 + n % 28:02} {n % 24:02}:{n % 60:02}:00+00",
        )


def _sections(count: int) -> Iterator[Sequence[Any]]:
    for n in range(count * SECTIONS):
        place = n % SECTIONS
        yield key(_SECTION, n), key(_COURSE, n // SECTIONS), f"Part {place + 1}", place


_LESSON_COLUMNS = ("id", "course_id", "section_id", "key", "title", "kind", "body", "position")


def _lessons(count: int) -> Iterator[Sequence[Any]]:
    for n in range(count * LESSONS):
        course, place = divmod(n, LESSONS)
        language = LANGUAGES[course % len(LANGUAGES)]
        section = course * SECTIONS + place * SECTIONS // LESSONS
        yield (
            *(key(_LESSON, n), key(_COURSE, course), key(_SECTION, section), f"lesson-{place}"),
            *(words(language, n, 3).capitalize(), "text", words(language, n, 60), place),
        )


def course_of(learner: int, courses: int) -> int:
    """Some courses have many learners, most have few."""
    return int(courses * spread(learner) ** 2)


_PLACE_COLUMNS = ("id", "user_id", "course_id", "percent", "last_activity_at", "last_lesson_id")


def _places(sizes: Sizes) -> Iterator[Sequence[Any]]:
    for n in range(sizes.learners):
        course = course_of(n, sizes.courses)
        last = key(_LESSON, course * LESSONS + DONE - 1)
        percent = 100 * DONE // LESSONS
        yield key(_PLACE, n), key(_USER, n), key(_COURSE, course), percent, _MOMENT, last


_PROGRESS_COLUMNS = ("enrollment_id", "lesson_id", "seconds", "position", "completed_at")


def _progress(sizes: Sizes) -> Iterator[Sequence[Any]]:
    for n in range(sizes.learners):
        first = course_of(n, sizes.courses) * LESSONS
        for place in range(DONE):
            yield key(_PLACE, n), key(_LESSON, first + place), 600, 1000, _MOMENT


_RATING_COLUMNS = ("id", "course_id", "user_id", "rating", "review")


def _ratings(sizes: Sizes) -> Iterator[Sequence[Any]]:
    """Of the first learners, each of the course they learn."""
    for n in range(min(sizes.ratings, sizes.learners)):
        course = course_of(n, sizes.courses)
        stars = (5, 4, 5, 3, 4, 5, 2, 4, 5, 1)[(n + course) % 10]
        yield key(_RATING, n), key(_COURSE, course), key(_USER, n), stars, words("en", n, 12)


_COUNTS = """
WITH learners AS (
    SELECT course_id, count(*) AS n FROM courses_enrollment
    WHERE state IN ('active', 'completed') GROUP BY course_id
), stars AS (
    SELECT course_id, count(*) FILTER (WHERE rating = 1) AS n1,
        count(*) FILTER (WHERE rating = 2) AS n2, count(*) FILTER (WHERE rating = 3) AS n3,
        count(*) FILTER (WHERE rating = 4) AS n4, count(*) FILTER (WHERE rating = 5) AS n5
    FROM courses_courserating WHERE NOT is_hidden GROUP BY course_id
)
UPDATE courses_course AS course SET enrollment_count = coalesce(learners.n, 0),
    rated_1 = coalesce(n1, 0), rated_2 = coalesce(n2, 0), rated_3 = coalesce(n3, 0),
    rated_4 = coalesce(n4, 0), rated_5 = coalesce(n5, 0)
FROM courses_course AS same LEFT JOIN learners ON learners.course_id = same.id
    LEFT JOIN stars ON stars.course_id = same.id
WHERE same.id = course.id AND course.slug LIKE 'bench-%'
"""
