"""Twilio Video's REST paths, and what a call would do by itself."""

import base64
import functools
import json
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.faults import operation
from sandbox.twilio import callbacks, shapes
from sandbox.twilio.state import Participant, Recording, Room, memory, written

Endpoint = Callable[[Request], Awaitable[Response]]
_TYPES = {"group", "go", "peer-to-peer", "group-small"}


def authorised(endpoint: Endpoint) -> Endpoint:
    """Any key may come, so that a developer's own do no harm; the secret `wrong` is refused."""

    @functools.wraps(endpoint)
    async def guarded(request: Request) -> Response:
        given = request.headers.get("Authorization", "").removeprefix("Basic ")
        try:
            key, _, secret = base64.b64decode(given).decode().partition(":")
        except ValueError:
            key, secret = "", ""
        if not key.startswith("SK") or secret in {"", "wrong"}:
            return _refused(401, 20003, "Authenticate")
        return await endpoint(request)

    return guarded


def _refused(status: int, code: int, message: str) -> Response:
    return JSONResponse(shapes.problem(status, code, message), status_code=status)


def _missing() -> Response:
    return _refused(404, 20404, "The requested resource was not found")


async def _form(request: Request) -> dict[str, str]:
    return {name: str(value) for name, value in (await request.form()).items()}


@operation("twilio", "create-room")
@authorised
async def create_room(request: Request) -> Response:
    form = await _form(request)
    if form.get("Type", "group") not in _TYPES:
        return _refused(400, 53103, "Invalid Room Type")
    name = form.get("UniqueName", "")
    with memory.lock:
        if name and memory.find(name):
            return _refused(400, 53113, "Room exists")
        row = Room(name, form)
        row.name = row.name or row.sid
        memory.rooms[row.sid] = row
    callbacks.announce(row, "room-created")
    return JSONResponse(shapes.room(row), status_code=201)


@operation("twilio", "room")
@authorised
async def room(request: Request) -> Response:
    row = memory.find(request.path_params["name"])
    return JSONResponse(shapes.room(row)) if row else _missing()


@operation("twilio", "end-room")
@authorised
async def end_room(request: Request) -> Response:
    row, form = memory.find(request.path_params["name"]), await _form(request)
    if row is None:
        return _missing()
    if row.status != "in-progress":
        return _refused(400, 53118, "Room completed")
    if form.get("Status") != "completed":
        return _refused(400, 53117, "Invalid Room status")
    _end(row)
    return JSONResponse(shapes.room(row), status_code=202)


def _end(row: Room) -> None:
    row.end()
    callbacks.announce(row, "room-ended", RoomDuration=str(row.seconds))


@operation("twilio", "participants")
@authorised
async def participants(request: Request) -> Response:
    row = memory.find(request.path_params["name"])
    if row is None:
        return _missing()
    wanted = request.query_params.get("Status")
    rows = [each for each in row.participants.values() if wanted in (None, each.status)]
    return JSONResponse(shapes.participants(rows, row.sid))


@operation("twilio", "disconnect")
@authorised
async def disconnect(request: Request) -> Response:
    row = memory.find(request.path_params["name"])
    found = row.participants.get(request.path_params["participant"]) if row else None
    if row is None or found is None:
        return _missing()
    if found.status == "connected":
        _leave(row, found)
    return JSONResponse(shapes.participant(found), status_code=202)


@operation("twilio", "rules")
@authorised
async def rules(request: Request) -> Response:
    row, form = memory.find(request.path_params["name"]), await _form(request)
    if row is None:
        return _missing()
    if row.status != "in-progress":
        return _refused(400, 53118, "Room completed")
    try:
        row.rules = json.loads(form.get("Rules", ""))
    except ValueError:
        return _refused(400, 53120, "Invalid Recording Rule(s)")
    body = {
        "room_sid": row.sid,
        "rules": row.rules,
        "date_created": written(row.created_at),
        "date_updated": written(row.created_at),
    }
    return JSONResponse(body)


@operation("twilio", "recording")
@authorised
async def recording(request: Request) -> Response:
    row = memory.recordings.get(request.path_params["sid"])
    return JSONResponse(shapes.recording(row)) if row else _missing()


@operation("twilio", "delete-recording")
@authorised
async def delete_recording(request: Request) -> Response:
    row = memory.recordings.pop(request.path_params["sid"], None)
    return Response(status_code=204) if row else _missing()


async def happens(request: Request) -> Response:
    """`{"room", "what", "identity"?, "recording"?}`: what would happen in a call with media."""
    said = await request.json()
    if said.get("release"):
        return JSONResponse({"released": callbacks.release()})
    row = memory.find(said.get("room", ""))
    if row is None:
        return JSONResponse({"error": "no such room"}, status_code=404)
    try:
        return JSONResponse(_HAPPENINGS[said["what"]](row, said))
    except KeyError as error:
        return JSONResponse({"error": f"unknown: {error}"}, status_code=400)


def _connected(row: Room, said: dict[str, str]) -> dict[str, str]:
    came = Participant(said["identity"], row.sid)
    row.participants[came.sid] = came
    callbacks.announce(
        row,
        "participant-connected",
        ParticipantSid=came.sid,
        ParticipantIdentity=came.identity,
        ParticipantStatus="connected",
    )
    return {"participant": came.sid}


def _disconnected(row: Room, said: dict[str, str]) -> dict[str, str]:
    gone = _here(row, said["identity"])
    _leave(row, gone)
    return {"participant": gone.sid}


def _here(row: Room, identity: str) -> Participant:
    for each in row.here:
        if each.identity == identity:
            return each
    raise KeyError(identity)


def _leave(row: Room, gone: Participant) -> None:
    gone.end()
    callbacks.announce(
        row,
        "participant-disconnected",
        ParticipantSid=gone.sid,
        ParticipantIdentity=gone.identity,
        ParticipantStatus="disconnected",
        ParticipantDuration=str(gone.seconds),
    )


def _recording(row: Room, said: dict[str, str]) -> dict[str, str]:
    made = Recording(row.sid, _here(row, said["identity"]), said.get("kind", "video"))
    memory.recordings[made.sid] = made
    _tell_recording(row, made, "recording-started")
    return {"recording": made.sid}


def _recorded(row: Room, said: dict[str, str]) -> dict[str, str]:
    made = memory.recordings[said["recording"]]
    made.status, made.seconds, made.size = "completed", 61, 1_234_567
    _tell_recording(row, made, "recording-completed")
    return {"recording": made.sid}


def _tell_recording(row: Room, made: Recording, event: str) -> None:
    callbacks.announce(
        row,
        event,
        RecordingSid=made.sid,
        ParticipantSid=made.participant.sid,
        ParticipantIdentity=made.participant.identity,
        TrackKind=made.kind,
    )


def _ended(row: Room, _said: dict[str, str]) -> dict[str, str]:
    _end(row)
    return {"room": row.sid}


_HAPPENINGS: dict[str, Callable[[Room, dict[str, str]], dict[str, str]]] = {
    "participant-connected": _connected,
    "participant-disconnected": _disconnected,
    "recording-started": _recording,
    "recording-completed": _recorded,
    "room-ended": _ended,
}


async def sent(_request: Request) -> Response:
    rows = [{"form": each.form, "outcome": each.outcome} for each in callbacks.outgoing.sent]
    return JSONResponse({"callbacks": rows[-200:]})


async def overview(_request: Request) -> Response:
    """What there is, for whoever wonders."""
    rows = [
        {**shapes.room(row), "rules": row.rules, "here": [each.identity for each in row.here]}
        for row in memory.rooms.values()
    ]
    return JSONResponse({"rooms": rows[-200:]})


routes = [
    Route("/", overview),
    Route("/_happens", happens, methods=["POST"]),
    Route("/_callbacks", sent),
    Route("/v1/Rooms", create_room, methods=["POST"]),
    Route("/v1/Rooms/{name}", room, methods=["GET"]),
    Route("/v1/Rooms/{name}", end_room, methods=["POST"]),
    Route("/v1/Rooms/{name}/Participants", participants, methods=["GET"]),
    Route("/v1/Rooms/{name}/Participants/{participant}", disconnect, methods=["POST"]),
    Route("/v1/Rooms/{name}/RecordingRules", rules, methods=["POST"]),
    Route("/v1/Recordings/{sid}", recording, methods=["GET"]),
    Route("/v1/Recordings/{sid}", delete_recording, methods=["DELETE"]),
]
