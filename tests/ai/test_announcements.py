"""What an author is told of a draft, once for each time it was begun."""

import pytest

from ai.services import drafts
from realtime.models import Notification

pytestmark = pytest.mark.django_db


def told(user) -> list[str]:
    rows = Notification.objects.filter(user=user, kind__startswith="ai-").order_by("seq")
    return list(rows.values_list("kind", flat=True))


def test_an_author_hears_of_the_outline_and_of_the_lessons(outlined, tess, drain) -> None:
    assert told(tess) == ["ai-outline-ready"]
    drafts.write_lessons(draft=outlined)
    drain()
    assert told(tess) == ["ai-outline-ready", "ai-draft-ready"]
    row = Notification.objects.filter(user=tess).latest("seq")
    assert row.url == f"/teach/ai/{outlined.pk}/"
    drain()
    assert len(told(tess)) == 2


def test_a_draft_that_stops_is_told_and_told_to_nobody_else(begin, sandbox, tess, orla, drain):
    sandbox.fault("chat", "blocked", provider="openrouter")
    begin()
    drain()
    assert told(tess) == ["ai-draft-stopped"]
    assert told(orla) == []
