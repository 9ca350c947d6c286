"""A mail server that delivers to a page: SMTP in, HTML and JSON out."""

import asyncio
import hashlib
import threading
import uuid
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from urllib.parse import quote

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.faults import board
from sandbox.pages import templates

_KEPT = 5000
_MAX_BYTES = 25 * 1024 * 1024
_HTML_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
_KEPT_BYTES = 200 * 1024 * 1024


@dataclass
class Attachment:
    name: str
    media_type: str
    content: bytes

    def as_json(self) -> dict[str, object]:
        digest = hashlib.sha256(self.content).hexdigest()
        return {"name": self.name, "type": self.media_type, "size": self.size, "sha256": digest}

    @property
    def size(self) -> int:
        return len(self.content)


@dataclass
class Mail:
    sender: str
    to: list[str]
    subject: str
    message_id: str
    text: str
    html: str
    attachments: list[Attachment]
    size: int
    headers: dict[str, str] = field(default_factory=dict)
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    received_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def as_json(self) -> dict[str, object]:
        shown = "id sender to subject message_id text html size headers".split()
        return {
            **{name: getattr(self, name) for name in shown},
            "received_at": self.received_at.isoformat(),
            "attachments": [part.as_json() for part in self.attachments],
        }


class Box:
    """The newest mails, bounded in number and in bytes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._mails: OrderedDict[str, Mail] = OrderedDict()
        self._bytes = 0

    def keep(self, mail: Mail) -> None:
        with self._lock:
            self._mails[mail.id] = mail
            self._bytes += mail.size
            while len(self._mails) > _KEPT or self._bytes > _KEPT_BYTES:
                self._bytes -= self._mails.popitem(last=False)[1].size

    def newest_first(self) -> list[Mail]:
        with self._lock:
            return list(reversed(self._mails.values()))

    def get(self, mail_id: str) -> Mail | None:
        with self._lock:
            return self._mails.get(mail_id)

    def clear(self) -> None:
        with self._lock:
            self._mails.clear()
            self._bytes = 0


box = Box()


class Handler:
    """aiosmtpd's hooks. A fault may refuse a mail, or lose the reply after it was kept."""

    async def handle_DATA(  # noqa: N802  aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        fault = board.take("mail", "send")
        if fault and fault.kind in {"451", "550"}:
            return f"{fault.kind} A fault armed in the sandbox"
        content = envelope.content
        assert isinstance(content, bytes)
        box.keep(_read(content, str(envelope.mail_from), list(map(str, envelope.rcpt_tos))))
        if fault and fault.kind == "lost-reply":
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return "250 Kept in the sandbox"


def _read(content: bytes, sender: str, to: list[str]) -> Mail:
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return Mail(
        sender=str(message["From"] or sender),
        to=to,
        subject=str(message["Subject"] or "(no subject)"),
        message_id=str(message["Message-ID"] or ""),
        text=_body(message, "plain"),
        html=_body(message, "html"),
        attachments=[_attachment(part) for part in message.iter_attachments()],
        size=len(content),
        headers={name: str(value) for name, value in message.items()},
    )


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part else ""


def _attachment(part: Any) -> Attachment:
    content = part.get_payload(decode=True) or b""
    return Attachment(part.get_filename() or "unnamed", part.get_content_type(), content)


def controller(host: str, port: int) -> Controller:
    return Controller(Handler(), hostname=host, port=port, data_size_limit=_MAX_BYTES)


async def listing(request: Request) -> Response:
    context = {"messages": box.newest_first()}
    return templates.TemplateResponse(request, "mail_list.html", context)


async def view(request: Request) -> Response:
    mail = box.get(request.path_params["mail_id"])
    if mail is None:
        return Response("No such mail.", status_code=404)
    return templates.TemplateResponse(request, "mail_view.html", {"mail": mail})


async def html(request: Request) -> Response:
    mail = box.get(request.path_params["mail_id"])
    if mail is None:
        return Response("No such mail.", status_code=404)
    # A link opens in a page of its own: the site refuses to be shown in a frame.
    shown = f'<base target="_blank">{mail.html}'
    return HTMLResponse(shown, headers={"Content-Security-Policy": _HTML_POLICY})


async def attachment(request: Request) -> Response:
    mail = box.get(request.path_params["mail_id"])
    number = request.path_params["number"]
    if mail is None or number >= len(mail.attachments):
        return Response("No such attachment.", status_code=404)
    part = mail.attachments[number]
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(part.name)}",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(part.content, media_type=part.media_type, headers=headers)


async def messages(request: Request) -> Response:
    """`?to=address` narrows. Newest first."""
    if request.method == "DELETE":
        box.clear()
    to = request.query_params.get("to")
    kept = [mail for mail in box.newest_first() if to is None or to in mail.to]
    return JSONResponse({"messages": [mail.as_json() for mail in kept]})


async def clear(_request: Request) -> Response:
    box.clear()
    return RedirectResponse("/mail/", status_code=303)


routes = [
    Route("/mail/", listing),
    Route("/mail/clear/", clear, methods=["POST"]),
    Route("/mail/api/messages", messages, methods=["GET", "DELETE"]),
    Route("/mail/{mail_id}/", view),
    Route("/mail/{mail_id}/html/", html),
    Route("/mail/{mail_id}/attachments/{number:int}/", attachment),
]
