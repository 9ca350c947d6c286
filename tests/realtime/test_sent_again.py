"""A message whose answer was lost is sent again with the key of its page, and is one message."""

import re
from uuid import uuid4

import pytest
from django.test import Client

from courses.models import Course, Enrollment
from realtime.models import Message
from realtime.services import conversations
from tests.races.parallel import together

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(sam, tess) -> str:
    """The page of the two, who have a course together."""
    course = Course.objects.create(
        title="Sets", slug="sets", instructor=tess, state="published", difficulty="beginner"
    )
    Enrollment.objects.create(user=sam, course=course)
    return f"/messages/{conversations.begin(user=sam, other_id=tess.pk).pk}/"


def test_the_same_words_with_the_key_of_the_page_are_one_message(client, path, sam) -> None:
    client.force_login(sam)
    key = str(uuid4())
    for _ in range(2):
        sent = client.post(path, {"body": "Page 12?", "key": key})
        assert sent["Location"] == path
    assert client.post(path, {"body": "Page 12?", "key": key}, HTTP_X_LIVE="1").status_code == 204
    assert Message.objects.count() == 1


def test_other_words_another_page_and_no_key_are_messages_of_their_own(client, path, sam) -> None:
    client.force_login(sam)
    key = str(uuid4())
    for body, given in (("1", key), ("2", key), ("1", str(uuid4())), ("1", ""), ("1", "")):
        assert client.post(path, {"body": body, "key": given}).status_code == 302
    bodies = Message.objects.order_by("seq").values_list("body", flat=True)
    assert list(bodies) == ["1", "2", "1", "1", "1"]


def test_every_page_has_a_key_of_its_own(client, path, sam) -> None:
    client.force_login(sam)
    shown = [client.get(path).content.decode() for _ in range(2)]
    keys = {re.search(r'name="key" value="([0-9a-f-]{36})"', page)[1] for page in shown}  # type: ignore[index]
    assert len(keys) == 2


def test_what_was_refused_may_be_sent_again_with_its_key(client, path, sam, tess) -> None:
    client.force_login(sam)
    said = {"body": "Page 12?", "key": str(uuid4())}
    conversations.block(user=tess, other_id=sam.pk)
    assert client.post(path, said).status_code == 422
    conversations.unblock(user=tess, other_id=sam.pk)
    assert client.post(path, said).status_code == 302
    assert Message.objects.count() == 1


def test_what_failed_leaves_neither_a_message_nor_its_key(client, path, sam, monkeypatch) -> None:
    client.force_login(sam)
    client.raise_request_exception = False
    said = {"body": "Page 12?", "key": str(uuid4())}
    with monkeypatch.context() as broken:
        broken.setattr(conversations, "_tell", lambda *_: 1 / 0)
        assert client.post(path, said).status_code == 500
    assert not Message.objects.exists()
    assert client.post(path, said).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_send_pressed_many_times_at_once_is_one_message(path, sam) -> None:
    said = {"body": "Page 12?", "key": str(uuid4())}

    def press() -> int:
        browser = Client()
        browser.force_login(sam)
        return browser.post(path, said, headers={"X-Live": "1"}).status_code

    assert set(together([press] * 6)) <= {204, 422}
    assert press() == 204
    assert Message.objects.count() == 1
