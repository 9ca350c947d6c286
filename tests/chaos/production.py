"""What a container runs with; static files go where this machine has room for them."""

import os
from pathlib import Path

from tutorme.settings.production import *  # noqa: F403  (an overlay is its base plus differences)
from tutorme.settings.production import STORAGES

STATIC_ROOT = Path(os.environ["STATIC_ROOT"])
# The same hashed names; nothing is compressed in advance.
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}
