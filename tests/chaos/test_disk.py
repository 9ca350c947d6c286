"""F10: the disk of uploads and documents is full. Nothing is half kept; with room it goes on."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.house import House
from tutorme.devstack.place import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.processes]
_MOUNT = 'mount -t tmpfs -o size=4m none "$MEDIA_ROOT"'
_APART = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Path:
    """A folder that a process apart can put a small disk on."""
    tried = shutil.which("unshare") and subprocess.run(
        [*_APART, _MOUNT],
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "MEDIA_ROOT": str(tmp_path)},
    )
    if not tried or tried.returncode:
        pytest.skip("this machine lets nobody mount a small disk (unshare -Urm)")
    return tmp_path


def test_full_and_then_not(whole: House, small_disk: Path) -> None:
    who = whole.school.people[0]
    command = f'{_MOUNT} && exec "$@"'
    words = [sys.executable, "-m", "tests.chaos.fulldisk", who["token"], who["id"]]
    # Messages for workers go to a corner of Redis where none listens: they have another disk.
    apart = {"MEDIA_ROOT": str(small_disk), "REDIS_URL": f"redis://127.0.0.1:{whole.redis.port}/9"}
    done = subprocess.run(
        [*_APART, command, "sh", *words],
        env={**whole.stack.env, **apart},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout)
    assert told["full"] == {
        "upload": {"status": 507, "code": "storage-full", "after": "60"},
        "job": {"state": "queued", "code": "storage-full"},
        "rows": 0,
        "files": 0,
    }
    assert told["room"] == {
        "upload": {"status": 201, "code": "", "after": ""},
        "job": {"state": "succeeded", "code": ""},
        "rows": 2,
        "files": 2,
    }
    whole.settle()
