"""A page of a PDF as a picture, for editors."""

import io

import pypdfium2

_DOTS_PER_INCH = 96


def png(pdf: bytes) -> bytes:
    """The first page."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        picture = document[0].render(scale=_DOTS_PER_INCH / 72).to_pil()
    finally:
        document.close()
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
