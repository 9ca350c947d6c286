"""The people every test tells its story with.

Sam learns. Tess teaches. Otto is another student, Orla another tutor, Ada runs the site.
"""

import time

from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.utils import timezone

from accounts.models import TutorProfile, User
from accounts.names import skeleton

PASSWORD = "correct horse battery"


def person(name: str, **facts: object) -> User:
    username = name.lower()
    user = User(
        email=f"{username}@example.test",
        username=username,
        username_skeleton=skeleton(username),
        display_name=name,
        **facts,
    )
    user.set_password(PASSWORD)
    user.save(force_insert=True)
    return user


def tutor(name: str, **facts: object) -> User:
    user = person(name, **facts)
    TutorProfile.objects.create(
        user=user,
        state=TutorProfile.State.APPROVED,
        approved_at=timezone.now(),
        headline=f"{name} explains it twice",
        hourly_minor=3000,
        hourly_currency="EUR",
    )
    return user


def confirmed(client: Client) -> Client:
    """As if whoever is signed in there had shown a moment ago who they are."""
    session = client.session
    shown = {"method": "password", "at": time.time(), "reauthenticated": True}
    session["account_authentication_methods"] = [shown]
    session["account_authentication_methods_user"] = session[SESSION_KEY]
    session.save()
    return client
