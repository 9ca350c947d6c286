"""One line an event, with the request id, and without secrets."""

import re
from collections.abc import MutableMapping
from typing import Any

import structlog
from django.http import HttpRequest

_SECRET_KEY = re.compile(
    r"password|secret|token|authorization|cookie|signature|api_?key|code_verifier", re.IGNORECASE
)
_SECRET_TEXT = re.compile(
    r"(?i)(bearer\s+|basic\s+)[A-Za-z0-9._~+/=-]{8,}|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+"
    r"|((?:password|secret|token|signature|api_?key)[\"']?\s*[=:]\s*[\"']?)[^\s\"'&,}]+"
)
_REPLACEMENT = "[redacted]"
_MAX_TEXT, _LAST_LINES = 4000, 2000


def redact_text(text: str) -> str:
    return _SECRET_TEXT.sub(lambda match: (match[1] or match[2] or "") + _REPLACEMENT, _cut(text))


def _cut(text: str) -> str:
    """A trace says at its end what went wrong. Only whole lines are kept of it: half a token would
    not be known for one."""
    if len(text) <= _MAX_TEXT:
        return text
    _half, newline, end = text[-_LAST_LINES:].partition("\n")
    return f"{text[: _MAX_TEXT - len(end)]}…{newline}{end}"


def redact(value: Any) -> Any:
    """A copy in which values of secret-looking keys and token-looking text are masked."""
    if isinstance(value, dict):
        return {
            key: _REPLACEMENT if _SECRET_KEY.search(str(key)) else redact(item)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [redact(item) for item in value]
    if value is None or isinstance(value, int | float):
        return value
    return redact_text(value if isinstance(value, str) else repr(value))


def _named_request(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Django gives its lines the whole request, whose address has the tokens of mail links in its
    query; by then nothing is bound any more."""
    request = event.get("request")
    if isinstance(request, HttpRequest):
        del event["request"]
        event["method"], event["path"] = request.method, request.path
        event.setdefault("request_id", getattr(request, "request_id", ""))
    return event


def _for_handlers(
    logger: Any, method: str, event: MutableMapping[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The exception is on the record too, where whoever reports crashes looks for it."""
    words, more = structlog.stdlib.ProcessorFormatter.wrap_for_formatter(logger, method, event)
    return words, {**more, "exc_info": event.get("exc_info")}


def _redact_event(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    record, source = event.pop("_record", None), event.pop("_from_structlog", None)
    cleaned: MutableMapping[str, Any] = redact(dict(event))
    return {**cleaned, "_record": record, "_from_structlog": source} if record else cleaned


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
    _named_request,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def logging_config(*, style: str, level: str) -> dict[str, Any]:
    """A `logging.config` dictionary; `style` is "json" or "console"."""
    structlog.configure(
        processors=[*_SHARED, _for_handlers],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    last: list[Any] = [
        structlog.processors.format_exc_info,
        _redact_event,
        structlog.processors.JSONRenderer()
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=False),
    ]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _SHARED,
                "processors": [
                    *last[:-1],
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    last[-1],
                ],
            }
        },
        # Loggers with a level of their own, like Django's, are held to ours here.
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "line", "level": level}
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django.server": {"level": "WARNING"},
            # The door writes its own line for each call, without the query.
            "httpx": {"level": "WARNING"},
            "weasyprint": {"level": "ERROR"},
            "fontTools": {"level": "ERROR"},
            "celery.utils.functional": {"level": "WARNING"},
        },
    }
