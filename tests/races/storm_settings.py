"""The suite's settings for a server under a storm: nobody is sent away for asking often, and for
the control, nobody waits for anybody."""

import os

from tutorme.settings.test import *  # noqa: F403  (an overlay is its base plus differences)
from tutorme.settings.test import API_LIMITS

API_LIMITS = dict.fromkeys(API_LIMITS, (1_000_000, 60))
DEBUG = False
if os.environ.get("STORM_WITHOUT_LOCKS"):
    INSTALLED_APPS = [*INSTALLED_APPS, "tests.races.lockless"]  # noqa: F405
