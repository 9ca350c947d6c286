"""Calendar v3: events with Meet, lists with sync tokens, channels. One calendar an account."""

import hashlib
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.calendars import grants, notices
from sandbox.calendars.state import Calendar, Event, Hearer, memory, now
from sandbox.faults import operation

_AT = "/google/calendar/v3/calendars/{calendar}/events"
_REFUSED = {"error": {"code": 401, "message": "Invalid Credentials"}}
of_account = grants.of_account("google", _REFUSED)


def _refuse(status: int, message: str) -> Response:
    return JSONResponse({"error": {"code": status, "message": message}}, status_code=status)


def _shown(event_id: str, row: Event) -> dict[str, Any]:
    if row.is_gone:
        return {"kind": "calendar#event", "id": event_id, "status": "cancelled"}
    return {"kind": "calendar#event", "id": event_id, "status": "confirmed", **row.body}


@operation("google-calendar", "insert")
@of_account
async def insert(request: Request, account: str) -> Response:
    body = await request.json()
    with memory.lock:
        calendar = memory.of("google", account)
        event_id = body.pop("id", uuid.uuid4().hex)
        if event_id in calendar.events:
            return _refuse(409, "The requested identifier already exists.")
        body |= {"created": now(), "iCalUID": f"{event_id}@google.com", "eventType": "default"}
        _with_room(body, request)
        row = calendar.put(event_id, body)
        _tell(account)
        return JSONResponse(_shown(event_id, row))


def _with_room(body: dict[str, Any], request: Request) -> None:
    """Without `conferenceDataVersion=1` what was asked for is dropped without a word, as there."""
    asked = body.pop("conferenceData", None)
    if not asked or request.query_params.get("conferenceDataVersion") != "1":
        return
    kind = getattr(request.state.fault, "kind", "")
    if kind == "no-room":
        return
    create = {**asked["createRequest"], "status": {"statusCode": "pending"}}
    body["conferenceData"] = {"createRequest": create}
    if kind == "room-fails":
        create["status"]["statusCode"] = "failure"
    elif kind != "room-pending":
        _open(body)


def _open(body: dict[str, Any]) -> None:
    data = body["conferenceData"]
    data["createRequest"]["status"]["statusCode"] = "success"
    code = hashlib.sha256(data["createRequest"]["requestId"].encode()).hexdigest()[:10]
    uri = f"https://meet.google.com/{code[:3]}-{code[3:7]}-{code[7:]}"
    data["entryPoints"] = [{"entryPointType": "video", "uri": uri}]
    data["conferenceSolution"] = {"key": {"type": "hangoutsMeet"}, "name": "Google Meet"}
    body["hangoutLink"] = uri


def _found(request: Request, account: str) -> tuple[Calendar, str, Event | None]:
    calendar = memory.of("google", account)
    event_id = request.path_params["event"]
    return calendar, event_id, calendar.events.get(event_id)


@operation("google-calendar", "event")
@of_account
async def read(request: Request, account: str) -> Response:
    """A promised room is there at the second look."""
    with memory.lock:
        _, event_id, row = _found(request, account)
        if row is None:
            return _refuse(404, "Not Found")
        row.asked += 1
        create = row.body.get("conferenceData", {}).get("createRequest", {})
        if create.get("status", {}).get("statusCode") == "pending" and row.asked > 1:
            _open(row.body)
        return JSONResponse(_shown(event_id, row))


@operation("google-calendar", "patch")
@of_account
async def patch(request: Request, account: str) -> Response:
    body = await request.json()
    with memory.lock:
        calendar, event_id, row = _found(request, account)
        if row is None:
            return _refuse(404, "Not Found")
        if body.pop("status", "") == "confirmed":
            row.is_gone = False
        asked = body.pop("conferenceData", None)
        if asked and "conferenceData" not in row.body:
            row.body["conferenceData"] = asked
            _with_room(row.body, request)
        row.body.update(body)
        calendar.touch(row)
        _tell(account)
        return JSONResponse(_shown(event_id, row))


@operation("google-calendar", "delete")
@of_account
async def delete(request: Request, account: str) -> Response:
    with memory.lock:
        calendar, _, row = _found(request, account)
        if row is None:
            return _refuse(404, "Not Found")
        if row.is_gone:
            return _refuse(410, "Resource has been deleted")
        row.is_gone = True
        calendar.touch(row)
        _tell(account)
        return Response(status_code=204)


@operation("google-calendar", "list")
@of_account
async def listed(request: Request, account: str) -> Response:
    asked = request.query_params
    with memory.lock:
        calendar = memory.of("google", account)
        token = asked.get("syncToken")
        dead = getattr(request.state.fault, "kind", "") == "sync-token-dead"
        if token is not None and (dead or not token.isdigit() or int(token) < calendar.oldest):
            return _refuse(410, "Sync token is no longer valid, a full sync is required.")
        rows = calendar.since(int(token or 0))
        if token is None:
            rows = [pair for pair in rows if _within(pair[1], asked)]
        skip, size = int(asked.get("pageToken", 0)), min(int(asked["maxResults"]), 3)
        body: dict[str, Any] = {
            "kind": "calendar#events",
            "summary": account,
            "timeZone": "Europe/Paris",
            "items": [_shown(*pair) for pair in rows[skip : skip + size]],
        }
        if skip + size < len(rows):
            body["nextPageToken"] = str(skip + size)
        else:
            body["nextSyncToken"] = str(calendar.counter)
        return JSONResponse(body)


def _within(row: Event, asked: Mapping[str, str]) -> bool:
    until = asked.get("timeMax", "9999")
    return not row.is_gone and _edge(row, "end") > asked["timeMin"] and _edge(row, "start") < until


def _edge(row: Event, name: str) -> str:
    """As text in UTC, which compares as times do."""
    edge = row.body[name]
    if "date" in edge:
        return str(edge["date"])
    return datetime.fromisoformat(edge["dateTime"]).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@operation("google-calendar", "watch")
@of_account
async def watch(request: Request, account: str) -> Response:
    body = await request.json()
    with memory.lock:
        if body["id"] in memory.hearers:
            return _refuse(400, f"Channel id {body['id']} not unique")
        resource = uuid.uuid4().hex
        memory.hearers[body["id"]] = Hearer(
            body["id"], account, body["address"], body.get("token", ""), resource
        )
    until = datetime.now(UTC) + timedelta(seconds=int(body["params"]["ttl"]))
    return JSONResponse(
        {
            "kind": "api#channel",
            "id": body["id"],
            "resourceId": resource,
            "resourceUri": str(request.url.replace(query="")),
            "token": body.get("token", ""),
            "expiration": str(int(until.timestamp() * 1000)),
        }
    )


@operation("google-calendar", "stop")
@of_account
async def stop(request: Request, _account: str) -> Response:
    body = await request.json()
    with memory.lock:
        hearer = memory.hearers.get(body["id"])
        if hearer is None or hearer.resource != body.get("resourceId"):
            return _refuse(404, "Channel not found")
        del memory.hearers[body["id"]]
    return Response(status_code=204)


def _tell(account: str) -> None:
    for hearer in list(memory.hearers.values()):
        if hearer.account != account or hearer.resource.startswith("graph"):
            continue
        hearer.told += 1
        headers = {
            "X-Goog-Channel-ID": hearer.id,
            "X-Goog-Channel-Token": hearer.secret,
            "X-Goog-Message-Number": str(hearer.told),
            "X-Goog-Resource-ID": hearer.resource,
            "X-Goog-Resource-State": "exists",
        }
        notices.tell("google", hearer.address, headers)


async def own(request: Request) -> Response:
    """Not Google's. What somebody does in their calendar: POST `{"account", "event"}` puts one in
    (`{"id"}` replaces it, `{"id", "gone": true}` removes it), `{"account", "forget_tokens": true}`
    makes the sync tokens worthless. GET `?account=` shows the calendar."""
    if request.method == "GET":
        rows = memory.of("google", request.query_params["account"]).events.items()
        return JSONResponse({"events": [_shown(*pair) for pair in rows]})
    asked = await request.json()
    with memory.lock:
        calendar = memory.of("google", asked["account"])
        event_id = asked.get("id") or uuid.uuid4().hex
        if asked.get("forget_tokens"):
            calendar.counter += 1
            calendar.oldest = calendar.counter
        elif asked.get("gone"):
            calendar.events[event_id].is_gone = True
            calendar.touch(calendar.events[event_id])
        else:
            calendar.put(event_id, {"eventType": "default", **asked["event"]})
        _tell(asked["account"])
    return JSONResponse({"id": event_id})


routes = [
    *grants.routes_of("google", "google-calendar"),
    Route(_AT, insert, methods=["POST"]),
    Route(_AT, listed, methods=["GET"]),
    Route(f"{_AT}/watch", watch, methods=["POST"]),
    Route(f"{_AT}/{{event}}", read, methods=["GET"]),
    Route(f"{_AT}/{{event}}", patch, methods=["PATCH"]),
    Route(f"{_AT}/{{event}}", delete, methods=["DELETE"]),
    Route("/google/calendar/v3/channels/stop", stop, methods=["POST"]),
    Route("/google/_calendar", own, methods=["GET", "POST"]),
]
