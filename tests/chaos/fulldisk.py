"""Uploads and jobs on a disk that is full, in a mount namespace of this process' own.

    unshare -Urm sh -c 'mount -t tmpfs -o size=4m none "$MEDIA_ROOT" && exec python -m …'

Prints what was answered, as JSON.
"""

import io
import json
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import django

if __name__ == "__main__":
    django.setup()

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.functions import Now
from django.test import Client
from PIL import Image

from accounts import uploads
from accounts.models import User
from accounts.services import export
from tutorme.core import jobs
from tutorme.core.models import Job, StoredFile

MEDIA = Path(settings.MEDIA_ROOT)
BALLAST = MEDIA / "ballast"


def fill() -> None:
    with BALLAST.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            return


def picture() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.effect_noise((300, 300), 90).save(out, "PNG")
    return SimpleUploadedFile("me.png", out.getvalue(), content_type="image/png")


def upload(token: str) -> dict[str, Any]:
    answer = Client().post(
        "/api/v1/uploads/",
        {"purpose": uploads.AVATAR.name, "file": picture()},
        headers={"Authorization": f"Bearer {token}", "Host": "127.0.0.1"},
    )
    code = answer.json().get("code", "")
    return {"status": answer.status_code, "code": code, "after": answer.get("Retry-After", "")}


def files() -> int:
    return sum(path.is_file() and path != BALLAST for path in MEDIA.rglob("*"))


def attempt(job: Job) -> dict[str, Any]:
    Job.objects.filter(pk=job.pk).update(run_after=Now())
    jobs.run(job.pk)
    job.refresh_from_db()
    return {"state": job.state, "code": (job.error or {}).get("code", "")}


def main(token: str, user_id: str) -> dict[str, Any]:
    rows = StoredFile.objects.filter(owner_id=UUID(user_id))
    job = export.begin(user=User.objects.get(pk=user_id)).job
    fill()
    full = {"upload": upload(token), "job": attempt(job), "rows": rows.count(), "files": files()}
    BALLAST.unlink()
    room = {"upload": upload(token), "job": attempt(job), "rows": rows.count(), "files": files()}
    return {"full": full, "room": room}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*sys.argv[1:])))
