"""Event streams alone, for thousands of them: `uvicorn tutorme.asgi_stream:application`.

The same address, door and frames as the web process serves, without a thread a stream.
A proxy sends /api/v1/realtime/stream/ here; everything else is answered 404.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from http.cookies import CookieError, SimpleCookie
from typing import Any, TypeVar
from urllib.parse import parse_qs

import django

from tutorme import starting

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tutorme.settings.base")
with starting.spoken(code=1):
    django.setup()

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError

from realtime.streams import doors, frames
from realtime.streams.places import Place, withdraw
from realtime.streams.stopping import end_streams_on_sigterm
from realtime.streams.wakeups import give_back_connection, hub
from tutorme.core import patience
from tutorme.core.api.problems import CONTENT_TYPE, problem
from tutorme.core.api.renderers import dumps
from tutorme.core.errors import (
    DomainError,
    MethodNotAllowed,
    NotFound,
    Unavailable,
)

log = structlog.get_logger(__name__)
patience.never_wait_longer()

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
T = TypeVar("T")

PATH = "/api/v1/realtime/stream/"
_DATABASE_AWAY = (OperationalError, InterfaceError)
# The database is asked by these threads alone, so it sees as many connections.
_threads = ThreadPoolExecutor(4, thread_name_prefix="database")


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http":
        try:
            await _answer(scope, receive, send)
        except DomainError as error:
            await _refuse(error, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            end_streams_on_sigterm()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["path"] == "/healthz/":
        await _whole(send, 200, b'{"status":"ok"}', "application/json")
        return
    if scope["path"] != PATH:
        raise NotFound
    if scope["method"] not in {"GET", "HEAD"}:
        raise MethodNotAllowed
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    query = parse_qs(scope["query_string"].decode("latin-1"))
    request = doors.Request(
        authorization=headers.get("authorization", ""),
        session_key=_session_key(headers),
        channels=query.get("channels", [""])[0],
        resume=headers.get("last-event-id", "") or query.get("last_event_id", [""])[0],
    )
    try:
        admission = await _asking(lambda: doors.recognise(request))
    except _DATABASE_AWAY as error:
        raise Unavailable from error
    if scope["method"] == "HEAD":
        await _whole(send, 200, b"", frames.CONTENT_TYPE)
        return
    place = doors.take_place(admission.viewer, in_thread=False)
    try:
        await _stream(admission, place, receive, send)
    finally:
        doors.leave(place)
        _threads.submit(withdraw, place)


def _session_key(headers: dict[str, str]) -> str:
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


async def _refuse(error: DomainError, send: Send) -> None:
    after = error.extras.get("retry_after", error.retry_after)
    headers = [(b"retry-after", str(after).encode())] if after else []
    if error.status == 401:
        headers.append((b"www-authenticate", b'Bearer realm="tutorme"'))
    if error.status == 405:
        headers.append((b"allow", b"GET, HEAD"))
    await _whole(send, error.status, dumps(problem(error)), CONTENT_TYPE, headers)


async def _whole(
    send: Send,
    status: int,
    body: bytes,
    content_type: str,
    headers: list[tuple[bytes, bytes]] | None = None,
) -> None:
    await _start(send, status, content_type, headers)
    await send({"type": "http.response.body", "body": body})


async def _start(
    send: Send,
    status: int,
    content_type: str,
    headers: list[tuple[bytes, bytes]] | None = None,
) -> None:
    own = [(b"content-type", content_type.encode()), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": own + (headers or [])})


async def _stream(admission: doors.Admission, place: Place, receive: Receive, send: Send) -> None:
    """Writes until the client leaves or the stream is over, whichever is first."""
    await _start(send, 200, frames.CONTENT_TYPE, [(b"x-accel-buffering", b"no")])
    writing = asyncio.create_task(_write(admission, place, send))
    leaving = asyncio.create_task(_client_left(receive))
    try:
        await asyncio.wait({writing, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        writing.cancel()
        leaving.cancel()
        ended = await asyncio.gather(writing, leaving, return_exceptions=True)
    for outcome in ended:
        if isinstance(outcome, Exception) and not isinstance(outcome, OSError):
            raise outcome


async def _client_left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _write(admission: doors.Admission, place: Place, send: Send) -> None:
    loop, bell = asyncio.get_running_loop(), asyncio.Event()
    listener = admission.listener(lambda: loop.call_soon_threadsafe(bell.set))
    reader = frames.Reader(admission.viewer, listener, admission.resume)
    # Listening first, reading second: what commits in between rings.
    with hub.listening(listener):
        try:
            await _live(reader, place, bell, send)
        except _DATABASE_AWAY as error:
            # The client comes back with the number it has read up to.
            log.warning("stream.database_away", error=type(error).__name__)
    await send({"type": "http.response.body", "body": frames.GOODBYE})


async def _live(reader: frames.Reader, place: Place, bell: asyncio.Event, send: Send) -> None:
    timetable = frames.Timetable()
    await _part(send, await _asking(lambda: _begun(reader, place)))
    bell.set()
    while not (hub.stopping or place.retired or timetable.is_over()):
        rang = await _rang(bell, timetable.patience())
        bell.clear()
        doubted = reader.listener.doubted
        if timetable.must_ask(doubted=doubted) and not await _asking(reader.may_stay):
            return
        if rang:
            await _send_all(reader, send)
        if timetable.must_breathe():
            await _part(send, frames.HEARTBEAT)


def _begun(reader: frames.Reader, place: Place) -> bytes:
    doors.make_room(place)
    return reader.open()


async def _rang(bell: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(bell.wait(), seconds)
    except TimeoutError:
        return False
    return True


async def _send_all(reader: frames.Reader, send: Send) -> None:
    news = reader.at_hand()
    more = news is None
    if news:
        await _part(send, news)
    while more:
        news, more = await _asking(reader.next_frames)
        if news:
            await _part(send, news)


async def _part(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _asking(question: Callable[[], T]) -> T:
    """Asks the database in a thread and gives its connection back."""

    def ask() -> T:
        try:
            return question()
        finally:
            give_back_connection()

    return await asyncio.get_running_loop().run_in_executor(_threads, ask)
