"""A list of learners, from the file to the rows, in this process: parsed, checked, written.

    createdb tutorme_lists; export DATABASE_URL=…/tutorme_lists REDIS_URL=… MEDIA_ROOT=…
    python manage.py migrate; python -m bench.learner_lists [learners]; dropdb tutorme_lists

Takes the way a desk's upload takes, with the jobs run here. Two shorter lists go before it: the
first warms up, the second says what a thousand rows cost in statements."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402  after the apps are there

from accounts.models import User  # noqa: E402
from bench import goals  # noqa: E402
from bench.run import say  # noqa: E402
from bench.seed import people  # noqa: E402
from certificates.models import ExternalCourse, Learner, LearnerImport, Organization  # noqa: E402
from certificates.services import imports  # noqa: E402
from tutorme.core import jobs  # noqa: E402

HOST, SHORT, MOST_SECONDS = "north.example", 1_000, 5.0


@dataclass
class Spent:
    seconds: float = 0.0
    on_processor: float = 0.0
    statements: int = 0

    @contextmanager
    def measured(self) -> Iterator[None]:
        clock, processor = time.perf_counter(), time.process_time()
        with connection.execute_wrapper(self._counting):
            yield
        self.seconds += time.perf_counter() - clock
        self.on_processor += time.process_time() - processor

    def _counting(self, execute: Callable[..., Any], *given: Any) -> Any:
        self.statements += 1
        return execute(*given)

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(
            self.seconds + other.seconds,
            self.on_processor + other.on_processor,
            self.statements + other.statements,
        )


def sheet(count: int, course: str) -> bytes:
    """Names as they come, in the order nobody sorted them in."""
    lines = (
        f"Zoë Ngô-Müller {(n * 7919) % count},{course}.{(n * 7919) % count}@{HOST},https://{HOST}/"
        for n in range(count)
    )
    return "\n".join(["Full name,E-mail,Organisation website", *lines, ""]).encode()


def taken_in(count: int, organization: Organization, actor: User) -> tuple[Spent, Spent]:
    """What checking cost, and what writing did."""
    course = ExternalCourse.objects.create(external_id=f"course-{count}", name=f"Course {count}")
    data = sheet(count, course.external_id)
    checked, written = Spent(), Spent()
    with checked.measured():
        batch = imports.start(
            course=course, organization=organization, actor_id=actor.pk, data=data
        )
        jobs.run(batch.job_id)
    with written.measured():
        jobs.run(imports.commit(batch=batch, actor_id=actor.pk, valid_rows_only=False).job_id)
    batch.refresh_from_db()
    there = Learner.objects.filter(course=course).count()
    assert (batch.state, there) == (LearnerImport.State.COMMITTED, count), (batch.state, there)
    return checked, written


def main(count: int) -> None:
    organization = Organization.objects.create(
        name="North", website=HOST, contact_name="Desk", contact_email=f"desk@{HOST}"
    )
    (actor,) = people("desk", 1)
    taken_in(SHORT // 10, organization, actor)
    short = sum(taken_in(SHORT, organization, actor), Spent())
    checked, written = taken_in(count, organization, actor)
    both = checked + written
    met = goals.judged(f"{MOST_SECONDS:g}", met=both.seconds <= MOST_SECONDS)
    say(f"A list of {count} learners\n")
    say("| what | s | goal | of it processor s | statements |\n|---|---|---|---|---|")
    for name, spent, goal in (
        ("kept, parsed and checked", checked, "–"),
        ("written", written, "–"),
        ("both", both, met),
        (f"both, of {SHORT}", short, "–"),
    ):
        figures = f"{spent.seconds:.2f} | {goal} | {spent.on_processor:.2f} | {spent.statements}"
        say(f"| {name} | {figures} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 5_000)
