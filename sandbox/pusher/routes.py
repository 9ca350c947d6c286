"""The HTTP API, and sockets: WebSockets, or HTTP streaming where those do not pass."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from sandbox.faults import operation
from sandbox.pusher.signing import APP_ID, KEY, request_problem
from sandbox.pusher.sockets import Socket, greeting, hang_up, heed, office

_EVENTS, _CHANNELS, _BYTES = 10, 100, 10 * 1024
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "*",
    "Cache-Control": "no-store",
}
_SOCKET = "/pusher/app/{key}/{server}/{session}"
_HEARTBEAT_S = 10


async def _refusal(request: Request) -> Response | None:
    body = await request.body()
    office.calls += 1
    if request.path_params["app_id"] != APP_ID:
        return PlainTextResponse("unknown app", 404)
    query = dict(request.query_params)
    problem = request_problem(request.method, request.url.path, query, body)
    return PlainTextResponse(problem, 401) if problem else None


def _problem(event: dict[str, Any]) -> tuple[int, str]:
    if not isinstance(event.get("data"), str) or not 1 <= len(event.get("name", "")) <= 200:
        return 400, "name and data are text"
    if len(event["data"].encode()) > _BYTES:
        return 413, "The data content of this event exceeds the allowed maximum (10240 bytes)"
    return 0, ""


@operation("pusher", "trigger")
async def events(request: Request) -> Response:
    if refused := await _refusal(request):
        return refused
    event = json.loads(await request.body())
    names = event.get("channels") or [event["channel"]]
    status, why = _problem(event)
    if len(names) > _CHANNELS or status:
        return PlainTextResponse(why or "too many channels", status or 400)
    for name in names:
        office.trigger(event["name"], name, event["data"], event.get("socket_id", ""))
    return JSONResponse({})


@operation("pusher", "trigger")
async def batch(request: Request) -> Response:
    if refused := await _refusal(request):
        return refused
    found = json.loads(await request.body())["batch"]
    if not 1 <= len(found) <= _EVENTS:
        return PlainTextResponse("a batch holds 1 to 10 events", 400)
    for event in found:
        status, why = _problem(event)
        if status:
            return PlainTextResponse(why, status)
    for event in found:
        office.trigger(event["name"], event["channel"], event["data"])
    return JSONResponse({})


@operation("pusher", "read")
async def channels(request: Request) -> Response:
    if refused := await _refusal(request):
        return refused
    prefix = request.query_params.get("filter_by_prefix", "")
    names = sorted(name for name in office.channels() if name.startswith(prefix))
    return JSONResponse({"channels": {name: {} for name in names}})


@operation("pusher", "read")
async def channel(request: Request) -> Response:
    if refused := await _refusal(request):
        return refused
    return JSONResponse({"occupied": bool(office.listeners(request.path_params["channel"]))})


@operation("pusher", "read")
async def users(request: Request) -> Response:
    if refused := await _refusal(request):
        return refused
    ids = office.members(request.path_params["channel"])
    return JSONResponse({"users": [{"id": each} for each in ids]})


# Sockets: `pusher-js` with `xhr_streaming` -----------------------------------------------------

_by_session: dict[str, Socket] = {}


async def stream(request: Request) -> Response:
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=_CORS)
    if request.path_params["key"] != KEY:
        return PlainTextResponse("unknown key", 404, headers=_CORS)
    return StreamingResponse(_frames(request), media_type="application/javascript", headers=_CORS)


async def _frames(request: Request) -> AsyncIterator[str]:
    """SockJS frames, one a line; the prelude fills the buffers of old browsers."""
    session, socket = request.path_params["session"], Socket()
    _by_session[session] = office.sockets[socket.id] = socket
    socket.tell("pusher:connection_established", greeting(socket))
    try:
        yield "h" * 2048 + "\n" + "o\n"
        while socket.id in office.sockets:
            try:
                said = await asyncio.wait_for(socket.queue.get(), _HEARTBEAT_S)
                yield f"a{json.dumps([said])}\n"
            except TimeoutError:
                yield "h\n"
    finally:
        _by_session.pop(session, None)
        await asyncio.shield(hang_up(socket))


async def send(request: Request) -> Response:
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=_CORS)
    socket = _by_session.get(request.path_params["session"])
    if socket is None:
        return PlainTextResponse("no such session", 404, headers=_CORS)
    for text in json.loads(await request.body() or b"[]"):
        await heed(socket, text)
    return Response(status_code=204, headers=_CORS)


class Line:
    """A WebSocket, as `pusher-js` tries it first."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        line = WebSocket(scope, receive, send)
        if line.path_params["key"] != KEY:
            await line.close(4001)
            return
        await line.accept()
        socket = Socket(kind="websocket")
        office.sockets[socket.id] = socket
        socket.tell("pusher:connection_established", greeting(socket))
        saying = asyncio.create_task(_say(line, socket))
        try:
            async for text in line.iter_text():
                await heed(socket, text)
        finally:
            saying.cancel()
            await asyncio.shield(hang_up(socket))


async def _say(line: WebSocket, socket: Socket) -> None:
    """Until the test that came after has forgotten this socket."""
    while socket.id in office.sockets:
        try:
            await line.send_text(await asyncio.wait_for(socket.queue.get(), 1))
        except TimeoutError:
            continue
    await line.close(4200)


async def overview(_request: Request) -> Response:
    """What a test asks: everything that was triggered, and who listens."""
    sockets = {each.id: sorted(each.channels) for each in office.sockets.values()}
    kinds = sorted({each.kind for each in office.sockets.values()})
    body = {"triggered": office.triggered, "calls": office.calls, "sockets": sockets}
    return JSONResponse({**body, "kinds": kinds})


routes = [
    Route("/apps/{app_id}/events", events, methods=["POST"]),
    Route("/apps/{app_id}/batch_events", batch, methods=["POST"]),
    Route("/apps/{app_id}/channels", channels),
    Route("/apps/{app_id}/channels/{channel}", channel),
    Route("/apps/{app_id}/channels/{channel}/users", users),
    Route(f"{_SOCKET}/xhr_streaming", stream, methods=["POST", "OPTIONS"]),
    Route(f"{_SOCKET}/xhr_send", send, methods=["POST", "OPTIONS"]),
    WebSocketRoute("/app/{key}", Line()),
    Route("/_pusher", overview),
]
