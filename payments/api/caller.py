"""Who is calling, where the declared access has let only signed-in people through."""

from rest_framework.request import Request

from accounts.models import User


def me(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user
