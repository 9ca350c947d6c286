"""The door of a stream, the same for both servers: may they listen, and is there room?"""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings

from accounts.channels import USER
from accounts.models import User
from realtime.errors import ChannelRefused, TooManyChannels
from realtime.streams import bell
from realtime.streams.cursors import Cursor, read
from realtime.streams.places import Place, enter, places
from realtime.streams.viewers import Viewer, credential_of, identify
from realtime.streams.wakeups import Listener, give_back_connection, hub
from tutorme.core.channels import access, named
from tutorme.core.errors import NotSignedIn

MOST_CHANNELS = 20


@dataclass(frozen=True)
class Request:
    """What a client sent: who it says it is, which channels it asks for, how far it has heard."""

    authorization: str = ""
    session_key: str = ""
    channels: str = ""
    resume: str = ""


@dataclass(frozen=True)
class Admission:
    viewer: Viewer
    channels: list[str]
    resume: Cursor

    def listener(self, ring: Callable[[], object]) -> Listener:
        return Listener(self.viewer.user.pk, ring, dict.fromkeys(self.channels, 0))


def recognise(request: Request) -> Admission:
    """Who is at the door of the stream process, and for what. Raises what to answer with."""
    try:
        viewer = identify(credential_of(request.authorization, request.session_key))
        if viewer is None:
            raise NotSignedIn
        return admit(viewer, request)
    finally:
        give_back_connection()


def admit(viewer: Viewer, request: Request) -> Admission:
    names = asked(viewer.user, request.channels)
    return Admission(viewer, names, read(request.resume, names[0]))


def asked(user: User, channels: str) -> list[str]:
    """One's own channel, then those asked for by name. Raises `ChannelRefused`."""
    own = named(USER, user.pk)
    names = dict.fromkeys([own, *filter(None, channels.split(","))])
    if len(names) > MOST_CHANNELS + 1:
        raise TooManyChannels
    for name in names:
        if not access(user, name).may_listen:
            raise ChannelRefused(channel=name[:100])
    return list(names)


def take_place(viewer: Viewer, *, in_thread: bool) -> Place:
    """To be given back by `leave`. `in_thread`: the stream will hold a thread of the web process,
    of which there are few."""
    limits = settings.STREAMS
    room = int(limits["per_process" if in_thread else "per_stream_process"])
    place = places.take(viewer.user.pk, per_user=int(limits["per_user"]), per_process=room)
    # Wakes the one that was retired, if one was.
    hub.ring(named(USER, viewer.user.pk))
    return place


def make_room(place: Place) -> None:
    """Ends the person's oldest streams, wherever they are held, where this is one too many."""
    for place_id in enter(place):
        bell.retire(place_id, named(USER, place.user_id))


def leave(place: Place) -> None:
    places.leave(place)
