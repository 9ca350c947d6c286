"""OpenRouter's chat completions as far as TutorMe asks for them: structured answers, streamed or
whole, with usage and cost, and every way of failing that its documents name."""

import asyncio
import json
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from sandbox import faults
from sandbox.openrouter.knowledge import number
from sandbox.openrouter.spoiling import spoil
from sandbox.openrouter.writing import write

_CREATED = 1_790_000_000
_PROMPT_PRICE, _COMPLETION_PRICE = 0.4e-6, 1.6e-6
_PIECE = 48
_FAILURES = {
    "bad-key": (401, "No auth credentials found"),
    "no-credit": (402, "Insufficient credits. Add more using https://openrouter.ai/credits"),
    "blocked": (403, "Request blocked: content policy"),
    "overloaded": (529, "Provider returned error"),
    "edge-timeout": (524, "Request timed out. Please try again later."),
}


@faults.operation("openrouter", "chat")
async def chat(request: Request) -> Response:
    authorization = request.headers.get("Authorization", "")
    if not authorization.startswith("Bearer ") or authorization.endswith(" wrong"):
        return _error(*_FAILURES["bad-key"])
    asked = await request.json()
    fault = request.state.fault
    kind = fault.kind if fault else ""
    if kind in _FAILURES:
        return _error(*_FAILURES[kind])
    if kind == "not-retryable":
        return _error(503, "No provider can serve this", {"availability": {"retryable": False}})
    if kind == "billed-error":
        return _billed_error(asked, fault.issue)
    if kind == "error-200":
        return _error(
            int(fault.issue) if fault.issue.isdigit() else 502, "Failed midway", status=200
        )
    try:
        answer = _answer(asked)
    except (KeyError, TypeError, ValueError) as error:
        return _error(400, f"This stand-in cannot answer that: {error!r}"[:200])
    text = spoil(kind, answer, fault.issue if fault else "")
    reason = "length" if kind == "truncate" else "stop"
    if asked.get("stream"):
        return _streamed(asked, text, reason, kind)
    return JSONResponse(_whole(asked, text, reason))


def _billed_error(asked: dict, issue: str) -> Response:
    """What was read before it failed is on the bill."""
    error = {"code": int(issue) if issue.isdigit() else 502, "message": "Failed midway"}
    return JSONResponse(
        {
            **_frame(asked, "chat.completion"),
            "error": error,
            "usage": _usage(asked, "half an answer"),
        }
    )


def _answer(asked: dict) -> dict:
    """From the messages alone: the last one is the data as JSON."""
    name = asked["response_format"]["json_schema"]["name"]
    return write(name, json.loads(asked["messages"][-1]["content"]))


def _model(asked: dict) -> str:
    return str(asked.get("model") or (asked.get("models") or ["sandbox/model"])[0])


def _usage(asked: dict, text: str) -> dict:
    read = sum(len(row["content"]) for row in asked["messages"]) // 4
    written = max(1, len(text) // 4)
    return {
        "prompt_tokens": read,
        "completion_tokens": written,
        "total_tokens": read + written,
        "cost": round(read * _PROMPT_PRICE + written * _COMPLETION_PRICE, 8),
    }


def _frame(asked: dict, kind: str) -> dict:
    number_ = number(json.dumps(asked, sort_keys=True))
    return {
        "id": f"gen-{number_:x}",
        "created": _CREATED,
        "model": _model(asked),
        "object": kind,
        "system_fingerprint": "sandbox",
    }


def _whole(asked: dict, text: str, reason: str) -> dict:
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "finish_reason": reason, "logprobs": None, "message": message}
    return {
        **_frame(asked, "chat.completion"),
        "choices": [choice],
        "usage": _usage(asked, text),
    }


def _streamed(asked: dict, text: str, reason: str, kind: str) -> Response:
    headers = {"X-Generation-Id": _frame(asked, "")["id"]}
    return StreamingResponse(
        _pieces(asked, text, reason, kind), media_type="text/event-stream", headers=headers
    )


async def _pieces(asked: dict, text: str, reason: str, kind: str) -> AsyncIterator[str]:
    yield ": OPENROUTER PROCESSING\n\n"
    frame = _frame(asked, "chat.completion.chunk")
    cut = len(text) // 2 if kind in {"stall", "mid-error", "break-off"} else len(text)
    for at in range(0, cut, _PIECE):
        delta = {"role": "assistant", "content": text[at : at + _PIECE]}
        yield _event({**frame, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
        await asyncio.sleep(0)
    if kind == "stall":
        await asyncio.sleep(120)
    if kind == "mid-error":
        error = {"code": 502, "message": "Provider disconnected"}
        choice = {"index": 0, "delta": {"content": ""}, "finish_reason": "error"}
        yield _event({**frame, "error": error, "choices": [choice]})
    if kind in {"stall", "break-off"}:
        return
    last = {"index": 0, "delta": {"content": ""}, "finish_reason": reason}
    yield _event({**frame, "choices": [last], "usage": _usage(asked, text)})
    yield "data: [DONE]\n\n"


def _event(data: dict) -> str:
    return f"data: {json.dumps(data)}\n\n"


def _error(code: int, message: str, metadata: dict | None = None, status: int = 0) -> Response:
    error: dict = {"code": code, "message": message}
    if metadata:
        error["metadata"] = metadata
    headers = {"Retry-After": "1"} if code in {429, 503} else None
    return JSONResponse({"error": error}, status_code=status or code, headers=headers)


routes = [Route("/api/v1/chat/completions", chat, methods=["POST"])]
