"""The seal: readers that are not ours say what they think of it."""

from datetime import UTC, datetime
from io import BytesIO

import pikepdf
import pytest
from asn1crypto import pem
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from certificates import seals, signing_keys
from certificates.models import Certificate
from tutorme.core.files.blobs import path_of

AT = datetime(2026, 11, 21, 10, tzinfo=UTC)


def judged(pdf: bytes):
    """As a reader that trusts our published certificate."""
    _, _, der = pem.unarmor(seals.chain_pem().encode())
    trusted = ValidationContext(trust_roots=[asn1_x509.Certificate.load(der)])
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


@pytest.fixture(params=["our own", "an authority's"])
def pem_file(request, tmp_path, settings) -> None:
    """Whose key seals: the elliptic one of ours, or RSA with a chain."""
    if request.param == "our own":
        return
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in ("A", "B")]
    chain = [certificate(key, *names), certificate(key, names[1], names[1])]
    parts = [row.public_bytes(serialization.Encoding.PEM) for row in chain]
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = tmp_path / "seal.pem"
    path.write_bytes(b"".join([private, *parts]))
    settings.CERTIFICATE_SEAL_PEM = str(path)


def certificate(key, subject: x509.Name, issuer: x509.Name) -> x509.Certificate:
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer)
    made = made.public_key(key.public_key()).serial_number(x509.random_serial_number())
    made = made.not_valid_before(AT).not_valid_after(AT.replace(year=2027))
    return made.sign(key, hashes.SHA256())


@pytest.mark.usefixtures("pem_file")
def test_a_seal_filled_in_is_what_pyhanko_writes(monkeypatch) -> None:
    """Byte by byte, whatever length its signature has."""
    files = [pdf(number) for number in range(12)]
    filled_in = [seals.seal(one, at=AT) for one in files]
    monkeypatch.setattr(seals._Signer, "async_sign", signers.SimpleSigner.async_sign)
    assert [seals.seal(one, at=AT) for one in files] == filled_in


def pdf(number: int) -> bytes:
    file = pikepdf.new()
    file.add_blank_page()
    file.docinfo["/Title"] = f"Number {number}"
    written = BytesIO()
    file.save(written)
    return written.getvalue()
