"""Learners as `bench.seed` wrote them down, and how they say who they are."""

from collections.abc import Iterator
from typing import Any

API = "/api/v1"
Person = dict[str, Any]


def token(person: Person) -> dict[str, str]:
    return {"Authorization": f"Bearer {person['token']}"}


def cookie(person: Person) -> dict[str, str]:
    return {"Cookie": person["cookie"]}


def every(people: list[Person]) -> Iterator[tuple[Person, dict[str, Any]]]:
    """Each learner with each of their courses, learners changing fastest."""
    for place in range(len(people[0]["courses"])):
        for person in people:
            yield person, person["courses"][place]
