import time
from collections.abc import Callable


def until(condition: Callable[[], object], *, within_s: float = 30.0) -> None:
    ends_at = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < ends_at, "what was waited for did not happen"
        time.sleep(0.01)
