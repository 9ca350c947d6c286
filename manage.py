#!/usr/bin/env python
import os
import sys

from django.core.management import execute_from_command_line

from tutorme import starting
from tutorme.core.management import away

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tutorme.settings.base")
    # Where the processes of a server count together; what a command counted would stay among it.
    os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)
    with starting.spoken(code=1), away.spoken(sys.argv):
        execute_from_command_line(sys.argv)
