"""Switches that make a stand-in fail the ways providers do.

`POST /_faults {"provider", "operation", "kind", "times"?, "seconds"?, "issue"?}` arms one;
the next `times` calls of that operation meet it. GET lists, DELETE clears.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

Endpoint = Callable[[Request], Awaitable[Response]]

BEFORE = ("latency", "429", "500-before", "refuse", "hang", "reset")
AFTER = ("500-after", "lost-reply", "late-reply", "garbled")
_REST = (*BEFORE, *AFTER)
# Answers that look right and carry a token that is not.
SPOILT = ("wrong-audience", "wrong-issuer", "wrong-nonce", "expired", "bad-signature")
# What a model, or the way to it, does wrong.
MODEL = (
    *("lie", "break-schema", "not-json", "inject", "truncate", "huge", "leak", "say", "stall"),
    *("break-off", "mid-error", "error-200", "bad-key", "no-credit", "blocked"),
    *("overloaded", "edge-timeout", "not-retryable", "billed-error"),
)
# Provider, its operations, and what each can be told to do.
OPERATIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "paypal": {
        "token": (*_REST, "short-lived"),
        "create": _REST,
        "order": _REST,
        "capture": _REST,
        "capture-state": _REST,
        "refund": _REST,
        "refund-state": _REST,
        "verify": _REST,
        "webhooks": _REST,
        "product": _REST,
        "plan": _REST,
        "subscribe": _REST,
        "subscription": _REST,
        "transactions": _REST,
        "suspend": _REST,
        "activate": _REST,
        "cancel": _REST,
        "revise": _REST,
        "owed": _REST,
        "payout": _REST,
        "payout-state": _REST,
        "payout-item": _REST,
        "payout-cancel": _REST,
        "dispute": _REST,
        "webhook": ("drop", "duplicate", "corrupt-signature", "hold", "reorder"),
    },
    **{
        name: {
            "discovery": _REST,
            "token": (*_REST, *SPOILT),
            "keys": _REST,
            "userinfo": _REST,
        }
        for name in ("google", "microsoft", "apple")
    },
    "twilio": {
        "create-room": _REST,
        "room": _REST,
        "end-room": _REST,
        "participants": _REST,
        "disconnect": _REST,
        "rules": _REST,
        "recording": _REST,
        "delete-recording": _REST,
        "callback": ("drop", "duplicate", "corrupt-signature", "hold", "reorder"),
    },
    "firebase": {"certs": _REST},
    "graphy": {
        "learner": _REST,
        "assign": _REST,
        "usage": _REST,
        "products": _REST,
        "webhook": ("drop", "duplicate", "corrupt-signature"),
    },
    "pusher": {"trigger": _REST, "read": _REST, "delivery": ("drop", "duplicate")},
    "sendgrid": {"send": _REST},
    "ics": {"file": _REST},
    "zoom": {
        **dict.fromkeys(("token", "create", "list", "meeting", "update", "delete"), _REST),
        "webhook": ("drop", "duplicate", "corrupt-signature"),
    },
    "google-calendar": {
        "token": (*_REST, "short-lived", "revoked"),
        "revoke": _REST,
        "insert": (*_REST, "room-pending", "room-fails", "no-room"),
        "event": _REST,
        "patch": _REST,
        "delete": _REST,
        "list": (*_REST, "sync-token-dead"),
        "watch": _REST,
        "stop": _REST,
    },
    "graph": {
        "token": (*_REST, "short-lived", "revoked"),
        "revoke": _REST,
        "create": (*_REST, "room-pending", "no-room"),
        "event": _REST,
        "patch": _REST,
        "delete": _REST,
        "delta": (*_REST, "sync-token-dead"),
        "view": _REST,
        "subscribe": _REST,
        "unsubscribe": _REST,
    },
    "openrouter": {"chat": (*_REST, *MODEL)},
    "mail": {"send": ("451", "550", "lost-reply")},
}
MEANINGS = {
    "latency": "answers after the given seconds",
    "429": "too many requests; Retry-After is the given seconds",
    "500-before": "fails, nothing was done",
    "500-after": "fails after it was done",
    "refuse": "422 with the given issue",
    "hang": "never answers",
    "reset": "the connection breaks, nothing was done",
    "lost-reply": "the connection breaks after it was done",
    "garbled": "answers with something that is not JSON, after it was done",
    "late-reply": "is done at once, and answered after the given seconds",
    "short-lived": "the token lasts the given seconds",
    "wrong-audience": "the ID token is for somebody else",
    "wrong-issuer": "the ID token is from somebody else",
    "wrong-nonce": "the ID token answers another question",
    "expired": "the ID token is old",
    "bad-signature": "the ID token is signed by another key",
    "drop": "is never sent",
    "duplicate": "is sent twice at once",
    "corrupt-signature": "is signed wrongly",
    "hold": "waits for a release",
    "reorder": "is sent after the next one",
    "revoked": "the grant was taken back",
    "room-pending": "the room is promised, and there at the second look",
    "room-fails": "the room cannot be made",
    "no-room": "the account has no rooms to give",
    "sync-token-dead": "410: everything is to be read again",
    "lie": "marks wrong answers as right, names tutors nobody asked about",
    "break-schema": "answers in another shape",
    "not-json": "answers in prose",
    "inject": "answers with markup, bad links and orders",
    "truncate": "stops in the middle, and says so",
    "huge": "answers with a megabyte",
    "leak": "a hint states the given issue as the answer",
    "say": "answers with the given issue, word for word",
    "stall": "stops in the middle of the stream without a word",
    "break-off": "the stream ends without its end",
    "mid-error": "an error in the middle of the stream",
    "error-200": "200 with an error of the given issue's code in its body",
    "bad-key": "401",
    "no-credit": "402",
    "blocked": "403, by a guardrail",
    "overloaded": "529",
    "edge-timeout": "524",
    "not-retryable": "503 that says it will stay so",
    "billed-error": "fails with the given status, and bills what was read",
    "451": "the mail server says: not now",
    "550": "the mail server says: never",
}
_HANG_S = 60.0


@dataclass
class Fault:
    provider: str
    operation: str
    kind: str
    times: int = 1
    seconds: float = 1.0
    issue: str = "INTERNAL_SERVER_ERROR"

    def __post_init__(self) -> None:
        kinds = OPERATIONS.get(self.provider, {}).get(self.operation)
        if kinds is None:
            raise ValueError(f"no operation {self.operation!r} of {self.provider!r}")
        if self.kind not in kinds:
            raise ValueError(f"{self.operation}: kind must be one of {', '.join(kinds)}")
        if self.times < 1:
            raise ValueError("times must be 1 or more")


class Switchboard:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: list[Fault] = []

    def arm(self, fault: Fault) -> None:
        with self._lock:
            self._armed.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._armed.clear()

    def armed(self) -> list[dict[str, object]]:
        with self._lock:
            return [asdict(fault) for fault in self._armed]

    def take(self, provider: str, operation: str) -> Fault | None:
        """The fault this call meets, if any; counts it."""
        with self._lock:
            for fault in self._armed:
                if (fault.provider, fault.operation) == (provider, operation):
                    fault.times -= 1
                    if fault.times == 0:
                        self._armed.remove(fault)
                    return fault
        return None


board = Switchboard()


class BrokenReply(Response):
    """The connection ends in the middle of the answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"4096")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})


def operation(provider: str, name: str) -> Callable[[Endpoint], Endpoint]:
    """Names an endpoint so that faults can be armed for it."""
    assert name in OPERATIONS[provider]

    def named(endpoint: Endpoint) -> Endpoint:
        async def answered(request: Request) -> Response:
            fault = board.take(provider, name)
            request.state.fault = fault
            if fault is None:
                return await endpoint(request)
            if fault.kind in BEFORE and (early := await _before(fault, request)):
                return early
            response = await endpoint(request)
            if fault.kind == "late-reply":
                await asyncio.sleep(fault.seconds)
            return _after(fault, response)

        return answered

    return named


async def _before(fault: Fault, request: Request) -> Response | None:
    match fault.kind:
        case "latency":
            await asyncio.sleep(fault.seconds)
            return None
        case "hang":
            await _until_the_caller_gives_up(request)
            return BrokenReply()
        case "reset":
            return BrokenReply()
        case "429":
            return _problem(429, "RATE_LIMIT_REACHED", {"Retry-After": str(int(fault.seconds))})
        case "refuse":
            return _problem(422, fault.issue)
    return _problem(500, "INTERNAL_SERVER_ERROR")


async def _until_the_caller_gives_up(request: Request) -> None:
    async def gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    try:
        await asyncio.wait_for(gone(), _HANG_S)
    except TimeoutError:
        return


def _after(fault: Fault, response: Response) -> Response:
    if fault.kind == "500-after":
        return _problem(500, "INTERNAL_SERVER_ERROR")
    if fault.kind == "garbled":
        return Response("<html>We will be right back", status_code=200, media_type="text/html")
    return BrokenReply() if fault.kind == "lost-reply" else response


def _problem(status: int, issue: str, headers: dict[str, str] | None = None) -> Response:
    body = {
        "name": issue if status != 422 else "UNPROCESSABLE_ENTITY",
        "message": "A fault armed in the sandbox.",
        "debug_id": "fault",
        "details": [{"issue": issue, "description": "A fault armed in the sandbox."}],
    }
    return JSONResponse(body, status_code=status, headers=headers)


async def faults(request: Request) -> Response:
    if request.method == "DELETE":
        board.clear()
    elif request.method == "POST":
        try:
            board.arm(Fault(**await request.json()))
        except (TypeError, ValueError) as error:
            return JSONResponse({"error": str(error)}, status_code=400)
    return JSONResponse({"armed": board.armed(), "operations": OPERATIONS})


async def arm_by_form(request: Request) -> Response:
    """The switches of the front page: `switch` is `provider operation kind`."""
    form = await request.form()
    try:
        provider, name, kind = str(form.get("switch", "")).split(" ")
        board.arm(Fault(provider, name, kind, times=int(str(form.get("times", "1")))))
    except ValueError as error:
        return Response(f"Not armed: {error}", status_code=400)
    return RedirectResponse("/", status_code=303)


async def clear_by_form(_request: Request) -> Response:
    board.clear()
    return RedirectResponse("/", status_code=303)


routes = [
    Route("/_faults", faults, methods=["GET", "POST", "DELETE"]),
    Route("/_faults/arm/", arm_by_form, methods=["POST"]),
    Route("/_faults/clear/", clear_by_form, methods=["POST"]),
]
