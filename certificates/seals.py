"""The seal in a PDF: a PAdES signature (B-B, P-256) that allows no later change.

With `CERTIFICATE_SEAL_PEM` it is made by a key and chain an authority issued; readers then name its
owner. Without, by a key and a certificate of our own making: readers say that the file was not
changed and that they do not know the signer, who is named at `/.well-known/certificate-seal.pem`.
"""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from asn1crypto import cms
from asn1crypto import keys as asn1_keys
from asn1crypto import pem as asn1_pem
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from certificates import signing_keys

_FIELD = "Seal"
# No certificate and no digest holds so many of either.
_NO_DIGEST, _BLANK = bytes(32), b"\xff"
_ENTIRE = SignatureCoverageLevel.ENTIRE_FILE
_FROM, _UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2056, 1, 1, tzinfo=UTC)


def seal(pdf: bytes, *, at: datetime) -> bytes:
    """The PDF with the seal appended. The same pages and moment give the same bytes, so that a
    lost file can be made again as it was."""
    metadata = signers.PdfSignatureMetadata(
        field_name=_FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        name=settings.CERTIFICATE_ISSUER,
    )
    sealer = _Sealer(
        metadata,
        signer=_signer(settings.CERTIFICATE_SEAL_PEM, tuple(settings.CERTIFICATE_KEYS)),
        new_field_spec=fields.SigFieldSpec(_FIELD),
    )
    sealer.at = at.astimezone(UTC).replace(microsecond=0)
    # The signer starts an event loop of its own, and a thread that is in one already may not.
    with ThreadPoolExecutor(max_workers=1) as aside:
        sealed = aside.submit(sealer.sign_pdf, _Writer(BytesIO(pdf))).result()
    return bytes(sealed.getvalue())


class _Writer(IncrementalPdfFileWriter):
    """Names the sealed document by its content instead of by chance, and leaves what the pages
    say of themselves as it is: when they were sealed stands in the seal."""

    def _update_meta(self) -> None:
        return

    @classmethod
    def _handle_id(cls, prev: Any) -> Any:
        place = prev.stream.tell()
        prev.stream.seek(0)
        digest = hashlib.sha256(prev.stream.read()).digest()
        prev.stream.seek(place)
        names = (digest[:16], digest[16:])
        return generic.ArrayObject([generic.ByteStringObject(name) for name in names])


class _Sealer(signers.PdfSigner):
    at: datetime

    def init_signing_session(self, *given: Any, **named: Any) -> Any:
        session = super().init_signing_session(*given, **named)
        session.system_time = self.at
        return session


class _Blanks(signers.SimpleSigner):
    """Signs with so many blank bytes, and keeps what it was to sign."""

    length = 0
    to_sign = b""

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        self.to_sign = data
        return _BLANK * self.length


class _Signer(signers.SimpleSigner):
    """Elliptic signatures as RFC 6979 makes them, without chance.

    Of two seals by one key only the digest of the pages and the signature differ: PAdES has no
    moment among what is signed. Writing the rest is nine tenths of what a seal costs, so pyHanko
    writes a form once for each length of a signature, and those two are filled in."""

    def __init__(self, key: Any, **named: Any) -> None:
        super().__init__(**named)
        self._key = key
        self._named = named
        self._forms: dict[int, tuple[bytes, bytes]] = {}

    async def async_sign(
        self, data_digest: bytes, digest_algorithm: str, *given: Any, **named: Any
    ) -> cms.ContentInfo:
        how = (digest_algorithm, *given)
        to_sign, _ = await self._form(0, *how, **named)
        signature = self.sign_raw(_filled(to_sign, _NO_DIGEST, data_digest), digest_algorithm)
        _, whole = await self._form(len(signature), *how, **named)
        digested = _filled(whole, _NO_DIGEST, data_digest)
        return cms.ContentInfo.load(_filled(digested, _BLANK * len(signature), signature))

    async def _form(self, length: int, *how: Any, **named: Any) -> tuple[bytes, bytes]:
        """What is signed, and the whole around a signature of so many bytes."""
        if length not in self._forms:
            blanks = _Blanks(**self._named)
            blanks.length = length
            whole = await blanks.async_sign(_NO_DIGEST, *how, **named)
            self._forms[length] = blanks.to_sign, whole.dump()
        return self._forms[length]

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        if not isinstance(self._key, ec.EllipticCurvePrivateKey) or digest_algorithm != "sha256":
            other: bytes = super().sign_raw(data, digest_algorithm)
            return other
        return self._key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))


def _filled(form: bytes, blank: bytes, content: bytes) -> bytes:
    before, found, after = form.partition(blank)
    assert found, "pyHanko wrote the form in another way"
    return before + content + after


def judged(pdf: bytes) -> str:
    """`whole`: sealed by us and not changed since; `changed`, `foreign` (another's seal) or
    `none`. By a reader that is not ours."""
    try:
        seals_in_it = PdfFileReader(BytesIO(pdf)).embedded_signatures
    except PdfReadError:
        return "none"
    if not seals_in_it:
        return "none"
    _, _, der = next(asn1_pem.unarmor(chain_pem().encode(), multiple=True))
    ours = ValidationContext(trust_roots=[asn1_x509.Certificate.load(der)])
    with ThreadPoolExecutor(max_workers=1) as aside:
        status = aside.submit(validate_pdf_signature, seals_in_it[-1], ours).result()
    if not (status.intact and status.valid and status.coverage == _ENTIRE):
        return "changed"
    return "whole" if status.trusted else "foreign"


def sealed_by() -> str:
    """Names what seals now, for the certificate's row."""
    return signing_keys.current().name if not settings.CERTIFICATE_SEAL_PEM else "authority"


def chain_pem() -> str:
    """The certificates that belong to the seal, its own first."""
    signer = _signer(settings.CERTIFICATE_SEAL_PEM, tuple(settings.CERTIFICATE_KEYS))
    chain = [
        signer.signing_cert,
        *(row for row in signer.cert_registry if row != signer.signing_cert),
    ]
    return "".join(asn1_pem.armor("CERTIFICATE", row.dump()).decode() for row in chain)


@lru_cache(maxsize=4)
def _signer(pem_file: str, _keys: tuple[str, ...]) -> _Signer:
    if pem_file:
        text = Path(pem_file).read_bytes()
        key = serialization.load_pem_private_key(text, password=None)
        chain = x509.load_pem_x509_certificates(text)
    else:
        key = signing_keys.current().seal
        chain = [_own_certificate()]
    registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    registry.register_multiple([_as_asn1(row) for row in chain])
    private = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return _Signer(
        key,
        signing_cert=_as_asn1(chain[0]),
        signing_key=asn1_keys.PrivateKeyInfo.load(private),
        cert_registry=registry,
    )


def _as_asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def _own_certificate() -> x509.Certificate:
    """Made anew in each process and yet the same: nothing in it is random."""
    keys = signing_keys.current()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, settings.CERTIFICATE_ISSUER[:64])])
    identifier = x509.SubjectKeyIdentifier.from_public_key(keys.seal.public_key())
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(keys.seal.public_key())
        .serial_number(int.from_bytes(identifier.digest[:8], "big") >> 1)
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
        .add_extension(identifier, critical=False)
        .add_extension(usage, critical=True)
        .sign(keys.seal, hashes.SHA256(), ecdsa_deterministic=True)
    )
