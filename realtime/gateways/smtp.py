"""One mail over SMTP, step by step, because a mail cannot be taken back.

Django's backend opens the connection (TLS, sign-in, time-outs). What follows is done by hand:
up to DATA everything may be tried again; after it, silence means that nobody knows.
"""

import smtplib
from collections.abc import Callable
from enum import Enum

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address

from tutorme.core.gateways import GatewayMisconfigured, GatewayRejected, GatewayUnavailable
from tutorme.core.transactions import refuse_transaction

# Raised only where the mail certainly did not go out.
REFUSALS = (GatewayUnavailable, GatewayRejected, GatewayMisconfigured)


class Outcome(Enum):
    ACCEPTED = "accepted"
    # The text left, no answer came back.
    UNKNOWN = "unknown"
    # `may_send` said no.
    LEFT = "left"


def send(message: EmailMessage, *, may_send: Callable[[], bool]) -> Outcome:
    """Offers one message to one recipient. `may_send` is called once all is agreed and right
    before the text leaves. Raises the three gateway errors only where nothing was accepted."""
    refuse_transaction("smtp.send")
    if not settings.EMAIL_HOST:
        raise GatewayMisconfigured("SMTP_HOST is empty: mail is switched off")
    content = message.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]
    backend = EmailBackend()
    server = _opened(backend)
    try:
        _envelope(server, message)
        return _text(server, content) if may_send() else Outcome.LEFT
    finally:
        _hang_up(backend)


def _opened(backend: EmailBackend) -> smtplib.SMTP:
    try:
        backend.open()
    except smtplib.SMTPAuthenticationError as error:
        raise GatewayMisconfigured(f"SMTP sign-in refused: {error.smtp_code}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise GatewayUnavailable(f"{type(error).__name__}: {error}") from error
    assert backend.connection is not None
    return backend.connection


def _envelope(server: smtplib.SMTP, message: EmailMessage) -> None:
    encoding = message.encoding or settings.DEFAULT_CHARSET
    try:
        server.ehlo_or_helo_if_needed()
        _agreed(server.mail(sanitize_address(message.from_email, encoding)))
        _agreed(server.rcpt(sanitize_address(message.to[0], encoding)))
    except (smtplib.SMTPException, OSError) as error:
        raise GatewayUnavailable(f"{type(error).__name__}: {error}") from error


def _agreed(reply: tuple[int, bytes]) -> None:
    code, text = reply
    if 200 <= code < 300:
        return
    detail = text.decode("utf-8", "replace")[:300]
    if code >= 500:
        raise GatewayRejected(str(code), detail)
    raise GatewayUnavailable(f"{code} {detail}")


def _text(server: smtplib.SMTP, content: bytes) -> Outcome:
    try:
        reply = server.data(content)
    except smtplib.SMTPDataError as error:
        # DATA itself was refused: no text left.
        text = error.smtp_error
        reply = (error.smtp_code, text if isinstance(text, bytes) else text.encode())
    except (smtplib.SMTPException, OSError):
        return Outcome.UNKNOWN
    _agreed(reply)
    return Outcome.ACCEPTED


def _hang_up(backend: EmailBackend) -> None:
    """QUIT may go unanswered; the outcome is known by then."""
    backend.fail_silently = True
    backend.close()


def sign_in() -> None:
    """Connects, agrees on TLS, signs in and leaves; raises as `send` does."""
    refuse_transaction("smtp.sign_in")
    backend = EmailBackend()
    _opened(backend)
    _hang_up(backend)
