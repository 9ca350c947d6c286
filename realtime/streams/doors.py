"""The door of a stream, the same for both servers: is there room?"""

from django.conf import settings

from realtime.streams.places import Place, places
from realtime.streams.viewers import Viewer, credential_of, identify
from realtime.streams.wakeups import give_back_connection, hub
from tutorme.core.errors import NotSignedIn


def recognise(authorization: str, session_key: str) -> Viewer:
    """Who is at the door of the stream process. Raises what to answer with."""
    try:
        viewer = identify(credential_of(authorization, session_key))
    finally:
        give_back_connection()
    if viewer is None:
        raise NotSignedIn
    return viewer


def take_place(viewer: Viewer, *, in_thread: bool) -> Place:
    """To be given back by `leave`. `in_thread`: the stream will hold a thread of the web process,
    of which there are few."""
    limits = settings.STREAMS
    room = int(limits["per_process" if in_thread else "per_stream_process"])
    place = places.take(viewer.user_id, per_user=int(limits["per_user"]), per_process=room)
    # Wakes the one that was retired, if one was.
    hub.ring(viewer.user_id)
    return place


def leave(place: Place) -> None:
    places.leave(place)
