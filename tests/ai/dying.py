"""A worker that dies; tests/races/test_ai.py has it born (tests/nursery.py).

Boundaries are the beginning and the end of every call to the model and of every commit; at the one
whose number is given the process kills itself, as hard as the kernel can.
"""

from tests.payments.dying import LIVED, die_at
from tutorme.core import jobs


def main(arguments: list[str]) -> int:
    boundary, job_id = arguments
    die_at(int(boundary))
    jobs.run(job_id)
    return LIVED
