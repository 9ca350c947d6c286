"""The whole journey with an app: from an address to a certificate that a stranger can check."""

import io
import threading
from collections.abc import Callable

import httpx
import pypdfium2
import pytest
import zxingcpp

from tests.journeys.people import MATHS, PYTHON, App, approve, eventually
from tutorme.devstack.running import RunningStack

SignUp = Callable[[str], App]
pytestmark = pytest.mark.processes


def test_nina_buys_learns_and_can_prove_it(app: SignUp, stack: RunningStack) -> None:
    nina = app("Nina")
    maths = nina.course(MATHS)
    assert maths["price"] == {"amount": "29.00", "currency": "EUR"}

    order = nina.order(maths)
    approve(order, "vanish")
    # Nobody comes back to us: PayPal's webhook alone must do.
    eventually(lambda: nina.enrolled(MATHS))
    assert nina.get(f"payments/orders/{order['id']}/")["state"] == "captured"

    nina.learn(maths, leave_last=True)
    last = nina.lessons(maths)[-1]
    heard: list[dict[str, object]] = []
    listening = threading.Thread(
        target=lambda: heard.append(nina.news(kind="certificate", within_s=60))
    )
    listening.start()
    nina.do(MATHS, last)
    assert (nina.enrolled(MATHS) or {})["percent"] == 100

    certificate = eventually(nina.certificate)
    listening.join(timeout=60)
    assert heard, "the open stream was not told"

    pdf = nina.http.get(f"certificates/{certificate['id']}/download/")
    assert pdf.headers["content-type"] == "application/pdf"
    document = pypdfium2.PdfDocument(io.BytesIO(pdf.content))
    text = document[0].get_textpage().get_text_bounded()
    assert "Nina" in text
    assert "Linear equations" in text
    (code,) = zxingcpp.read_barcodes(document[0].render(scale=4).to_pil())
    assert code.text.startswith(f"{stack.base_url}/verify/")

    page = httpx.get(code.text)
    assert page.status_code == 200
    assert "Nina" in page.text
    assert nina.email not in page.text

    mail = eventually(lambda: [row for row in nina.mails() if row["attachments"]])[0]
    assert mail["attachments"][0]["size"] == len(pdf.content)


def test_a_free_course_needs_no_provider(app: SignUp, stack: RunningStack) -> None:
    ravi = app("Ravi")
    course = ravi.course(PYTHON)
    ravi.post(f"courses/{course['id']}/enroll/", status=201)
    ravi.renew()
    ravi.learn(course)
    assert eventually(ravi.certificate)["state"] == "issued"
    assert len(ravi.get("certificates/")["results"]) == 1
