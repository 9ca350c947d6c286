"""The seal: readers that are not ours say what they think of it."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from certificates import seals, signing_keys
from certificates.models import Certificate
from tutorme.core.files.blobs import path_of

AT = datetime(2026, 11, 21, 10, tzinfo=UTC)


def judged(pdf: bytes):
    """As a reader that trusts our published certificate."""
    _, _, der = pem.unarmor(seals.chain_pem().encode())
    trusted = ValidationContext(trust_roots=[x509.Certificate.load(der)])
    (signature,) = PdfFileReader(BytesIO(pdf)).embedded_signatures
    return validate_pdf_signature(signature, trusted)


@pytest.fixture
def file(sheet: Certificate) -> bytes:
    return path_of(sheet.storage_key).read_bytes()


def test_an_issued_file_is_sealed_whole_and_allows_no_change(file: bytes, sheet) -> None:
    status = judged(file)
    assert status.intact
    assert status.valid
    assert status.trusted
    assert status.coverage.name == "ENTIRE_FILE"
    assert status.docmdp_ok
    assert sheet.sealed_by == signing_keys.current().name


@pytest.mark.django_db
def test_a_changed_byte_breaks_the_seal(file: bytes) -> None:
    at = file.index(b"stream") + 20
    changed = file[:at] + bytes([file[at] ^ 1]) + file[at + 1 :]
    assert not judged(changed).intact


def test_the_same_pages_and_moment_give_the_same_file(file: bytes) -> None:
    pages = file[: file.rindex(b"%%EOF", 0, file.index(b"/ByteRange")) + 6]
    assert seals.seal(pages, at=AT) == seals.seal(pages, at=AT)
