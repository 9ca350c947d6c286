"""One id from the request to every row and job it causes, and into every log line."""

import json
import logging
import os
import subprocess
import sys

import pytest

from tests.accounts.mailed import code_for
from tests.house.sources import ROOT
from tutorme.core.models import AuditEntry, Job, OutboxEvent

GIVEN = "0198aaaa-1111-7000-8000-000000000000"


@pytest.mark.django_db
def test_what_a_request_causes_carries_its_id(api, drain, caplog, sandbox) -> None:
    body = {"email": "nina@example.test", "password": "three quiet rivers", "display_name": "Nina"}
    with caplog.at_level(logging.INFO):
        headers = {"x-request-id": GIVEN}
        api(None).post("/api/v1/auth/register/", body, format="json", headers=headers)
        asked = OutboxEvent.objects.get(name="code.requested")
        assert asked.request_id == GIVEN
        drain()
        mailed = Job.objects.get(kind="realtime.send_mail")
        assert (mailed.state, mailed.request_id) == ("succeeded", GIVEN)
        typed = {"id": asked.payload["code_id"], "code": code_for(body["email"])}
        path = "/api/v1/auth/register/confirm/"
        api(None).post(path, typed, format="json", headers=headers)
    assert AuditEntry.objects.get(action="user.registered").request_id == GIVEN


def test_log_lines_are_json_with_the_id_and_without_secrets() -> None:
    """As production writes them."""
    script = (
        "import django, structlog; django.setup();"
        "from tutorme.core import context\n"
        "with context.bound(request_id='abc-123-def-456'):\n"
        "    structlog.get_logger('t').info('probe', password='hunter2', token='s3cret', n=1)\n"
    )
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "tutorme.settings.base", "LOG_FORMAT": "json"}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    line = next(row for row in (done.stdout + done.stderr).splitlines() if "probe" in row)
    told = json.loads(line)
    assert (told["event"], told["request_id"], told["n"]) == ("probe", "abc-123-def-456", 1)
    assert "hunter2" not in line
    assert "s3cret" not in line
