"""The suite's settings for servers started as processes: the same streams, in a hurry."""

from tutorme.settings.base import STREAMS
from tutorme.settings.test import *  # noqa: F403  (an overlay is its base plus differences)

STREAMS.update(
    poll_seconds=0.5,
    heartbeat_seconds=0.5,
    recheck_seconds=1,
    lifetime_seconds=20,
    lease_seconds=3,
    per_user=3,
    per_process=8,
    per_stream_process=200,
)
