from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from realtime.announcements import Told
from realtime.services import notifications


@pytest.fixture
def tell() -> Callable[..., str]:
    """`tell(sam)` writes one notification, as a handler would; its key is returned."""

    def one(user: User, *, key: str = "", url: str = "/settings/profile/", **facts: Any) -> str:
        key = key or f"test:{uuid4()}"
        notifications.notify("welcome", Told(user.pk, key, facts, url))
        return key

    return one
