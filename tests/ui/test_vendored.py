"""Scripts of others are what their maintainers published, with a licence beside them."""

import hashlib
from pathlib import Path


def test_pusher_js(root: Path) -> None:
    home = root / "tutorme/static/vendor/pusher"
    whole = (home / "pusher.min.js").read_bytes() + b"\n//# sourceMappingURL=pusher.min.js.map"
    digest = hashlib.sha256(whole).hexdigest()
    assert digest in (home.parent / "README.md").read_text()
    assert "Copyright" in (home / "LICENCE.txt").read_text()
