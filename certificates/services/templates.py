"""Designs: each version is proved by printing it before it exists."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from certificates import codes, drawings
from certificates.models import CertificateTemplate
from certificates.services import facts
from tutorme.core import audit
from tutorme.core.errors import DomainError
from tutorme.core.printing import Order, print_document, print_each

BUILTIN = "copybook"
BUILTIN_SOURCE = Path(__file__).resolve().parents[1] / "builtin"
WORDS = (
    "heading certifies completed instructor organization serial completed_on extent verify qr "
    "rosette"
).split()
SAMPLE_NAME = "Ada Lovelace"
# Under the names that templates use; the last five are those of the system before ours.
_SAID = {
    "recipient": SAMPLE_NAME,
    "course": "Linear Algebra from the Ground Up",
    "instructor": "Emmy Noether",
    "issuer": "TutorMe",
    "serial": "TM-2026-000001",
    "code": "",
    "completed_on": "21 November 2026",
    "hours": "14 hours",
    "verify_place": "tutorme.test/verify",
    "learner_name": SAMPLE_NAME,
    "course_name": "Linear Algebra from the Ground Up",
    "completion_date": "2026-11-21",
    "organization": "",
    "learner_email": "ada@example.test",
}
# What an editor looks at beside the sample: each is printed, or refused with the reason.
WORST_NAMES = {
    "long": "Wolfeschlegelsteinhausenbergerdorff the Younger of Somewhere Rather Far Off",
    "one long word": "W" * 80,
    "right to left": "محمد عبد الرحمن الأنصاري",
    "accents": "Nguyễn Thị Phương Ångström-Łukasiewicz",
    "Cyrillic": "Олександра Коваленко",
    "Hebrew": "נועה בן־דוד אברהמוביץ׳",
    "Devanagari": "प्रिया श्रीवास्तव",
    "Chinese": "欧阳娜娜",
    "Japanese": "山田 さくら",
    "Korean": "황보 해오름",
    "emoji": "Ada 🎉 Lovelace",
}
# Names that have broken layouts elsewhere.
_PROOF_NAMES = ("محمد عبد الرحمن الأنصاري", "W" * 80)
# A design is to print in well under one; this leaves room for a slow machine.
_PROOF_CPU_SECONDS = 4


def _digest(html: str, css: str) -> str:
    return hashlib.sha256(f"{html}\x00{css}".encode()).hexdigest()


def current() -> CertificateTemplate:
    """The default design, else the newest version of the built-in one."""
    chosen = CertificateTemplate.objects.filter(is_default=True).first()
    return chosen or _builtin()


def _builtin() -> CertificateTemplate:
    html = (BUILTIN_SOURCE / "certificate.html").read_text(encoding="utf-8")
    css = (BUILTIN_SOURCE / "certificate.css").read_text(encoding="utf-8")
    newest = CertificateTemplate.objects.newest(BUILTIN).first()
    if newest is not None and newest.source_sha256 == _digest(html, css):
        return newest
    return _add(BUILTIN, html, css, created_by_id=None)


@transaction.atomic
def _add(name: str, html: str, css: str, *, created_by_id: UUID | None) -> CertificateTemplate:
    """The next version. Of two at once the first one's row is kept for both."""
    versions = CertificateTemplate.objects.filter(name=name)
    version = (versions.aggregate(last=Max("version"))["last"] or 0) + 1
    row = CertificateTemplate(
        name=name,
        version=version,
        html=html,
        css=css,
        source_sha256=_digest(html, css),
        created_by_id=created_by_id,
    )
    CertificateTemplate.objects.bulk_create([row], ignore_conflicts=True)
    return CertificateTemplate.objects.get(name=name, version=version)


def prove(*, html: str, css: str) -> None:
    """Prints the design with difficult names under the strictest rules; `DocumentRefused` says
    what is wrong with it."""
    for name in _PROOF_NAMES:
        order = sample(html=html, css=css, recipient=name)
        print_document(order, cpu_seconds=_PROOF_CPU_SECONDS)


def preview(*, html: str, css: str, recipient: str | None = None) -> bytes:
    """The design with sample words, under the rules of a proof; nothing is kept."""
    order = sample(html=html, css=css, recipient=facts.printable(recipient or SAMPLE_NAME))
    return print_document(order, cpu_seconds=_PROOF_CPU_SECONDS)


def previews(*, html: str, css: str, recipients: Iterable[str]) -> Iterator[bytes | DomainError]:
    """As `preview`, for each of them, by one start of the press; or why there is none."""
    orders = (sample(html=html, css=css, recipient=facts.printable(name)) for name in recipients)
    return print_each(orders, cpu_seconds=_PROOF_CPU_SECONDS)


def sample(*, html: str, css: str, recipient: str) -> Order:
    printed = facts.in_words("en")
    words = {f"word_{name}": printed[name] for name in WORDS} | _SAID
    code = codes.grouped("0" * codes.LENGTH)
    return Order(
        html=html,
        css=css,
        words={**words, "recipient": recipient, "learner_name": recipient, "code": code},
        lang="en",
        direction="ltr",
        title="Sample",
        drawings=drawings.of(address=f"https://tutorme.test/verify/{code}/", seed="sample"),
        strict=True,
    )


@transaction.atomic
def add_version(*, name: str, html: str, css: str, actor_id: UUID | None) -> CertificateTemplate:
    """A new version of a design that was proved; existing certificates keep theirs."""
    row = _add(name, html, css, created_by_id=actor_id)
    audit.record(
        "certificate.template_published",
        target=row,
        actor_id=actor_id,
        after={"name": row.name, "version": row.version, "source_sha256": row.source_sha256},
    )
    return row


@transaction.atomic
def make_default(*, template: CertificateTemplate, actor_id: UUID | None) -> None:
    """Certificates issued from now on are printed from this version."""
    held = list(CertificateTemplate.objects.select_for_update().filter(is_default=True))
    CertificateTemplate.objects.filter(is_default=True).update(is_default=False)
    CertificateTemplate.objects.filter(pk=template.pk).update(is_default=True)
    audit.record(
        "certificate.template_default",
        target=template,
        actor_id=actor_id,
        before={"default": [str(row) for row in held]},
        after={"default": str(template)},
    )
