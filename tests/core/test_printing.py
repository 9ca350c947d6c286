"""Documents of our own making, as receipts and statements are: whole HTML, several pages."""

import pypdfium2
import pytest

from tutorme.core.errors import DocumentRefused
from tutorme.core.printing import Order, print_document

CSS = '@page { size: A4 } body { font-family: "Atkinson Hyperlegible Next" }'


def order(html: str, most_pages: int = 1) -> Order:
    return Order(
        html=html,
        css=CSS,
        words=None,
        lang="en",
        direction="ltr",
        title="Receipt",
        most_pages=most_pages,
    )


def test_what_a_person_typed_is_never_a_placeholder() -> None:
    pdf = print_document(order("<p>{{ 7*7 }} {% include 'x' %}</p>"))
    text = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range()
    assert text.strip() == "{{ 7*7 }} {% include 'x' %}"


def test_as_many_pages_as_were_allowed() -> None:
    long = "".join(f"<p>Line {number}</p>" for number in range(80))
    assert len(pypdfium2.PdfDocument(print_document(order(long, most_pages=5)))) > 1
    with pytest.raises(DocumentRefused, match="pages, not 1"):
        print_document(order(long))
