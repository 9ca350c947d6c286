"""What a tutor shows the site to be believed. Another paper, or one less, is another version of the
profile: a decision names the version that was read."""

from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts import uploads
from accounts.errors import PaperListed, TooManyPapers
from accounts.models import TutorPaper, User
from accounts.services import tutor_profile
from tutorme.core import audit
from tutorme.core.files import storing
from tutorme.core.transactions import constraints

MOST = 12
_LISTED = {"accounts_tutorpaper_file_id_key": PaperListed}


def add(*, user: User, title: str, file_id: UUID) -> TutorPaper:
    """Keeps an upload of theirs as a paper. Raises `TooManyPapers`, `PaperListed`, or
    `UploadRefused` where it is no such upload."""
    with constraints(_LISTED), transaction.atomic():
        profile = tutor_profile.locked(user)
        if profile.papers.count() >= MOST:
            raise TooManyPapers
        file = storing.keep(file_id, owner_id=user.pk, purpose=uploads.PAPER)
        paper = TutorPaper(profile=profile, title=title, file=file)
        paper.save(force_insert=True)
        tutor_profile.touched(profile)
        audit.record("tutor.paper_added", target=profile, actor_id=user.pk)
    return paper


def upload(*, user: User, title: str, upload: "UploadedFile[bytes]") -> TutorPaper:
    """As `add`, from the bytes. What is refused afterwards is swept as unused."""
    file = storing.store(owner_id=user.pk, purpose=uploads.PAPER, upload=upload)
    return add(user=user, title=title, file_id=file.pk)


def remove(*, paper: TutorPaper) -> None:
    """Takes it back; the file goes with it. Again is as once."""
    with transaction.atomic():
        profile = tutor_profile.locked(paper.profile.user)
        gone, _rows = TutorPaper.objects.filter(pk=paper.pk).delete()
        if not gone:
            return
        storing.discard(paper.file_id)
        tutor_profile.touched(profile)
        audit.record("tutor.paper_removed", target=profile, actor_id=profile.pk)


def read(*, paper: TutorPaper, actor: User) -> None:
    """Somebody of the site looks at it: that stays known."""
    audit.record(
        "tutor.paper_read",
        target=paper.profile,
        actor_id=actor.pk,
        after={"paper": str(paper.pk)},
    )
