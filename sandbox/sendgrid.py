"""SendGrid: Mail Send v3 into the same letter box SMTP fills, and its signed event webhook."""

import base64
import hashlib
import json
import time
import uuid
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.faults import operation
from sandbox.mail import Attachment, Mail, box

API_KEY = "SG.sandbox"
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_number = int.from_bytes(hashlib.sha256(b"sandbox sendgrid key").digest(), "big") % _ORDER
_key = ec.derive_private_key(_number, ec.SECP256R1())


def public_key() -> str:
    """As SendGrid shows it: base64 of DER."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    der = _key.public_key().public_bytes(serialization.Encoding.DER, form)
    return base64.b64encode(der).decode()


def signed(body: bytes, *, age_s: int = 0) -> dict[str, str]:
    """The headers of a webhook with this body."""
    stamp = str(int(time.time()) - age_s)
    signature = _key.sign(stamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    return {
        "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
        "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
    }


@operation("sendgrid", "send")
async def send(request: Request) -> Response:
    if request.headers.get("Authorization") != f"Bearer {API_KEY}":
        return _errors(401, "The provided authorization grant is invalid, expired, or revoked")
    asked = json.loads(await request.body())
    if not asked.get("personalizations") or not asked.get("content"):
        return _errors(400, "personalizations and content are required")
    for person in asked["personalizations"]:
        box.keep(_mail(asked, person))
    return Response(status_code=202, headers={"X-Message-Id": uuid.uuid4().hex})


def _errors(status: int, message: str) -> Response:
    row = {"message": message, "field": None, "help": None}
    return JSONResponse({"errors": [row]}, status_code=status)


def _mail(asked: dict[str, Any], person: dict[str, Any]) -> Mail:
    bodies = {part["type"]: part["value"] for part in asked["content"]}
    headers = {**asked.get("headers", {}), **person.get("headers", {})}
    parts = [
        Attachment(part["filename"], part.get("type", ""), base64.b64decode(part["content"]))
        for part in asked.get("attachments", [])
    ]
    return Mail(
        sender=asked["from"]["email"],
        to=[each["email"] for each in person["to"]],
        subject=person.get("subject") or asked.get("subject", ""),
        message_id=headers.get("Message-ID", ""),
        text=bodies.get("text/plain", ""),
        html=bodies.get("text/html", ""),
        attachments=parts,
        size=sum(map(len, bodies.values())),
        headers={**headers, "X-Sandbox-Custom-Args": json.dumps(person.get("custom_args", {}))},
    )


routes = [Route("/sendgrid/v3/mail/send", send, methods=["POST"])]
