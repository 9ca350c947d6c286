"""What a document may load: the drawings made for it. No file, no network, no `data:`."""

import logging
from collections.abc import Mapping

from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

BASE = "https://assets.invalid/"
log = logging.getLogger("certificates.press")


class AssetFetcher(URLFetcher):
    """Answers `https://assets.invalid/<name>` from memory; every other address ends the print."""

    def __init__(self, assets: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols=("https",), allow_redirects=False)
        self._assets = assets

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        name = url.removeprefix(BASE)
        if name == url or name not in self._assets:
            raise FatalURLFetchingError(f"refused to load {url[:120]!r}")
        return URLFetcherResponse(
            url, body=self._assets[name], headers={"Content-Type": "image/svg+xml"}
        )
