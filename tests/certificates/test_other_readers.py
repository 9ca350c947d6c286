"""The seal, judged by programs that share no line with what makes it: OpenSSL, and Poppler with
Mozilla's NSS. Each runs where it is installed; `test_seals.py` needs neither."""

import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certificates import seals
from tutorme.core.printing import print_document
from tutorme.core.surroundings import ONE_LINE

AT = datetime(2026, 11, 21, 10, tzinfo=UTC)
_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")


def needs(program: str) -> pytest.MarkDecorator:
    missing = shutil.which(program) is None
    return pytest.mark.skipif(missing, reason=f"{program} is not installed")


def run(*command: str, at_home: Path) -> subprocess.CompletedProcess[str]:
    """Without anything that somebody trusts on this machine."""
    environment = {"HOME": str(at_home), "PATH": "/usr/bin:/bin:/usr/local/bin", "LANG": "C"}
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, env=environment
    )


@pytest.fixture(scope="module")
def file() -> bytes:
    return seals.seal(print_document(ONE_LINE), at=AT)


def changed(file: bytes) -> bytes:
    """One bit of the page."""
    at = file.index(b"stream") + 20
    return file[:at] + bytes([file[at] ^ 1]) + file[at + 1 :]


def continued(file: bytes) -> bytes:
    """With something appended that the seal does not cover."""
    return file + b"\n% and one thing more\n%%EOF\n"


def by_openssl(file: bytes, folder: Path, trusted: str) -> subprocess.CompletedProcess[str]:
    """The signature's CMS over the bytes it claims to cover; `-cades` insists on the attribute
    that ties it to one certificate, which PAdES asks for."""
    found = _RANGE.search(file)
    assert found is not None
    start, before, again, after = map(int, found.groups())
    assert (start, again + after) == (0, len(file)), "it covers the whole file but for itself"
    (folder / "signature.der").write_bytes(bytes.fromhex(file[before + 1 : again - 1].decode()))
    (folder / "content").write_bytes(file[:before] + file[again:])
    (folder / "trusted.pem").write_text(trusted)
    names = {name: str(folder / name) for name in ("signature.der", "content", "trusted.pem")}
    return run(
        *("openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER"),
        *("-in", names["signature.der"], "-content", names["content"]),
        *("-CAfile", names["trusted.pem"], "-no-CApath", "-no-CAstore", "-purpose", "any"),
        *("-out", "/dev/null"),
        at_home=folder,
    )


@needs("openssl")
def test_openssl_accepts_it_and_refuses_what_was_changed(file: bytes, tmp_path: Path) -> None:
    good = by_openssl(file, tmp_path, seals.chain_pem())
    assert good.returncode == 0, good.stderr
    assert "successful" in good.stderr
    bad = by_openssl(changed(file), tmp_path, seals.chain_pem())
    assert bad.returncode != 0
    assert "content verify error" in bad.stderr


@needs("openssl")
def test_openssl_refuses_a_signer_it_was_not_told_to_trust(
    file: bytes, tmp_path: Path, settings
) -> None:
    ours = seals.chain_pem()
    settings.CERTIFICATE_KEYS = ["somebody-else-s-key-for-this-one-test"]
    others = seals.chain_pem()
    assert others != ours
    refused = by_openssl(file, tmp_path, others)
    assert refused.returncode != 0
    assert "certificate" in refused.stderr


def by_poppler(file: bytes, folder: Path) -> str:
    path = folder / "file.pdf"
    path.write_bytes(file)
    return run("pdfsig", "-nocert", str(path), at_home=folder).stdout


@needs("pdfsig")
def test_poppler_finds_one_whole_pades_seal(file: bytes, tmp_path: Path) -> None:
    said = by_poppler(file, tmp_path)
    assert said.count("Signature #") == 1
    for line in ("ETSI.CAdES.detached", "Total document signed", "Signature is Valid."):
        assert line in said, said


@needs("pdfsig")
def test_poppler_refuses_what_was_changed_and_sees_what_was_added(
    file: bytes, tmp_path: Path
) -> None:
    assert "Digest Mismatch" in by_poppler(changed(file), tmp_path)
    assert "Not total document signed" in by_poppler(continued(file), tmp_path)
