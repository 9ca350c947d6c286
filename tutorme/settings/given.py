"""What the environment says, read once."""

import os

from tutorme import env as environment

env = environment.read()

# A copied .env.example names it without a value, as compose hands it on. What is empty is not set
# (tutorme/env.py); prometheus_client would write its files wherever the process happens to be.
if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
    os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)
