import hashlib
from pathlib import Path

HOME = Path(__file__).parents[2] / "tutorme/static/vendor/twilio-video"


def test_the_script_is_the_one_that_was_published() -> None:
    digest = hashlib.sha256((HOME / "twilio-video.min.js").read_bytes()).hexdigest()
    assert digest in (HOME / "README.md").read_text()
    assert b"twilio-video.js 2.36.0" in (HOME / "twilio-video.min.js").read_bytes()[:200]
    assert "Redistribution and use" in (HOME / "LICENSE.md").read_text()
