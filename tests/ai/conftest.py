from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from ai.models import Draft
from ai.services import drafts
from tutorme.core import breaker

BRIEF: dict[str, Any] = {
    "kind": "course",
    "topic": "tying knots",
    "goal": "tie six knots that hold",
    "audience": "people who sail for the first time",
    "level": "beginner",
    "language": "en",
    "hours": 3,
    "constraints": "",
}
MATERIAL = {
    "title": "The harbour handbook",
    "text": "A bowline keeps its loop open under load. A reef knot joins two ropes of one size. "
    "A clove hitch is quick to tie and quick to slip. See https://knots.example/bowline for more.",
}
QUIZ: dict[str, Any] = {
    "kind": "quiz",
    "topic": "tying knots",
    "type": "",
    "difficulty": 2,
    "count": 5,
    "level": "beginner",
    "language": "en",
    "lesson": None,
}
EXERCISE: dict[str, Any] = {**QUIZ, "kind": "exercise", "type": "problem", "count": 2}


@pytest.fixture(autouse=True)
def closed_breaker() -> None:
    breaker._shared.cache_clear()
    cache.clear()


@pytest.fixture
def begin(sandbox, tess) -> Callable[..., Draft]:
    def begun(author: User | None = None, **facts: Any) -> Draft:
        brief = {**BRIEF, **facts}
        return drafts.begin(author=author or tess, brief=brief, materials=[MATERIAL])

    return begun


@pytest.fixture
def outlined(begin, drain) -> Draft:
    draft = begin()
    drain()
    draft.refresh_from_db()
    assert draft.state == Draft.State.OUTLINE_READY, draft.error
    return draft


@pytest.fixture
def written(outlined, drain) -> Draft:
    drafts.write_lessons(draft=outlined)
    drain()
    outlined.refresh_from_db()
    assert outlined.state == Draft.State.DRAFT_READY, outlined.error
    return outlined


@pytest.fixture
def tutor(tess, client: Client, sandbox) -> Client:
    client.force_login(tess)
    return client


@pytest.fixture
def student(sam) -> Client:
    client = Client()
    client.force_login(sam)
    return client
