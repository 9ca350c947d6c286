"""The suite's settings: real PostgreSQL and Redis, cheap password hashing, quiet logs."""

import os
import re
from datetime import timedelta

from tutorme.core.row_session import RowSecurity
from tutorme.settings.base import *  # noqa: F403  (an overlay is its base plus differences)
from tutorme.settings.base import (
    CACHES,
    CELERY_BROKER_TRANSPORT_OPTIONS,
    DATABASES,
    REDIS_URL,
    _options,
    broker_url,
)

DEBUG = False
ROW_SECURITY = RowSecurity.ON
# The cast comes in without a password; both have tests of their own (tests/accounts).
ADMIN_SECOND_FACTOR = False
ADMIN_IDLE = timedelta(0)
LANGUAGES = [("en", "English"), ("ar", "Arabic")]
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Every worker of a parallel run empties its Redis between tests, so each has one of its own.
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
if _WORKER:
    REDIS_URL = re.sub(r"(db=|/)(\d+)$", lambda m: f"{m[1]}{int(m[2]) + 8 * _WORKER}", REDIS_URL)
    CACHES["default"]["LOCATION"] = REDIS_URL
    CELERY_BROKER_URL = broker_url(REDIS_URL)
_options.pop("pool", None)
# A Redis that is late on a loaded machine is not away: stepping aside has tests of its own.
REDIS_TIMEOUT_SECONDS = 30.0
# Nor is a calendar; who leaves one that hangs says how soon.
LIVE_LOOK_SECONDS = 30.0
# The suite judges what happens, not how fast: most tests are one transaction, which sits idle
# while a document is printed, and a loaded machine must not make PostgreSQL end it.
_options["options"] = (
    "-c statement_timeout=60000 -c lock_timeout=30000 -c jit=off"
    " -c idle_in_transaction_session_timeout=0"
)
CELERY_BROKER_TRANSPORT_OPTIONS["socket_timeout"] = 2
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Made once by `make test` and copied for every worker; without it each one migrates by itself.
if _TEMPLATE := os.environ.get("TEST_DATABASE_TEMPLATE"):
    DATABASES["default"]["TEST"] = {"TEMPLATE": _TEMPLATE}
