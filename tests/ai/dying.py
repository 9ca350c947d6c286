"""A worker that dies; tests/races/test_ai.py runs `python -m tests.ai.dying <boundary> <job>`.

Boundaries are the beginning and the end of every call to the model and of every commit; at the one
whose number is given the process kills itself, as hard as the kernel can.
"""

import sys

import django

if __name__ == "__main__":
    django.setup()

from tests.payments.dying import LIVED, die_at
from tutorme.core import jobs

if __name__ == "__main__":
    die_at(int(sys.argv[1]))
    jobs.run(sys.argv[2])
    sys.exit(LIVED)
