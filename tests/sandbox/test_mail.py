"""Mail caught by SMTP and shown."""

import hashlib
import smtplib

import pytest
from django.core.mail import EmailMultiAlternatives

from sandbox import mail
from tests.sandbox_server import Sandbox

PDF = b"%PDF-1.7 pretended" * 40


@pytest.fixture(autouse=True)
def really_sent(settings) -> None:
    """The runner would keep mail in a list; here it goes out by SMTP, as it does for people."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"


def letter(subject: str = "Grüße from TutorMe", to: str = "sam@example.test"):
    made = EmailMultiAlternatives(
        subject, "Hello Sam,\nwelcome: http://127.0.0.1:8000/today/", to=[to]
    )
    made.attach_alternative("<p>Hello <b>Sam</b><script>alert(1)</script></p>", "text/html")
    made.attach("Zeugnis für Sam.pdf", PDF, "application/pdf")
    return made


def test_a_mail_is_listed_with_what_it_carries(sandbox: Sandbox) -> None:
    letter().send()
    (kept,) = sandbox.mails("sam@example.test")
    assert (kept["subject"], kept["to"]) == ("Grüße from TutorMe", ["sam@example.test"])
    assert (
        kept["text"].replace("\r", "").strip()
        == "Hello Sam,\nwelcome: http://127.0.0.1:8000/today/"
    )
    assert "<b>Sam</b>" in kept["html"]
    assert kept["attachments"] == [
        {
            "name": "Zeugnis für Sam.pdf",
            "type": "application/pdf",
            "size": len(PDF),
            "sha256": hashlib.sha256(PDF).hexdigest(),
        }
    ]
    assert sandbox.mails("otto@example.test") == []


def test_the_pages_show_text_html_and_attachments(sandbox: Sandbox) -> None:
    letter("<i>Subject</i>").send()
    (kept,) = sandbox.mails()
    listing = sandbox.http.get(f"{sandbox.url}/mail/").text
    assert "&lt;i&gt;Subject" in listing
    assert f'href="/mail/{kept["id"]}/"' in listing
    page = sandbox.http.get(f"{sandbox.url}/mail/{kept['id']}/").text
    assert 'href="http://127.0.0.1:8000/today/"' in page
    assert '<iframe sandbox="allow-popups' in page
    inner = sandbox.http.get(f"{sandbox.url}/mail/{kept['id']}/html/")
    assert "default-src 'none'" in inner.headers["Content-Security-Policy"]
    file = sandbox.http.get(f"{sandbox.url}/mail/{kept['id']}/attachments/0/")
    assert file.content == PDF
    assert file.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''Zeugnis")


@pytest.mark.parametrize("path", ["/mail/none/", "/mail/none/html/", "/mail/none/attachments/0/"])
def test_what_is_not_kept_is_a_404(sandbox: Sandbox, path: str) -> None:
    assert sandbox.http.get(sandbox.url + path).status_code == 404


def test_all_can_be_deleted_from_the_page_and_from_the_api(sandbox: Sandbox) -> None:
    letter().send()
    assert sandbox.http.post(f"{sandbox.url}/mail/clear/").headers["location"] == "/mail/"
    assert sandbox.mails() == []
    letter().send()
    assert sandbox.http.delete(f"{sandbox.url}/mail/api/messages").json() == {"messages": []}


@pytest.mark.parametrize("code", ["451", "550"])
def test_a_refused_mail_is_not_kept_and_the_next_one_is(sandbox: Sandbox, code: str) -> None:
    sandbox.fault("send", code, provider="mail")
    with pytest.raises(smtplib.SMTPDataError) as refused:
        letter().send()
    assert refused.value.smtp_code == int(code)
    assert sandbox.mails() == []
    letter().send()
    assert len(sandbox.mails()) == 1


def test_a_mail_whose_receipt_is_lost_was_kept(sandbox: Sandbox) -> None:
    sandbox.fault("send", "lost-reply", provider="mail")
    with pytest.raises(smtplib.SMTPServerDisconnected):
        letter().send()
    assert len(sandbox.mails()) == 1


def test_the_box_forgets_the_oldest_when_it_is_full() -> None:
    box = mail.Box()
    for number in range(3):
        size = mail._KEPT_BYTES // 2
        box.keep(mail.Mail("a", ["b"], f"mail {number}", "", "", "", [], size=size))
    assert [kept.subject for kept in box.newest_first()] == ["mail 2", "mail 1"]
