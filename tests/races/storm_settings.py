"""The suite's settings for a server under a storm: nobody is sent away for asking often, the
database's connections are kept as `make run` keeps them, and for the control, nobody waits."""

import os

from tutorme.settings.base import _options
from tutorme.settings.test import *  # noqa: F403  (an overlay is its base plus differences)
from tutorme.settings.test import API_LIMITS

API_LIMITS = dict.fromkeys(API_LIMITS, (1_000_000, 60))
DEBUG = False
# Of each of the two processes; whoever finds none free waits as long as for a lock.
_options["pool"] = {"min_size": 2, "max_size": 16, "timeout": 30}
if os.environ.get("STORM_WITHOUT_LOCKS"):
    INSTALLED_APPS = [*INSTALLED_APPS, "tests.races.lockless"]  # noqa: F405
