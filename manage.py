#!/usr/bin/env python
import os
import sys

from django.core.management import execute_from_command_line

from tutorme import starting
from tutorme.core.management import away

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tutorme.settings.base")
    with starting.spoken(code=1), away.spoken(sys.argv):
        execute_from_command_line(sys.argv)
