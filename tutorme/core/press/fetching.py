"""What a document may load: the drawings made for it. No file, no network, no `data:`."""

from collections.abc import Mapping
from functools import lru_cache

from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

BASE = "https://assets.invalid/"


@lru_cache(maxsize=1)
def _shut() -> URLFetcher:
    """What all fetchers share, made once: with it come openers for networks nobody here goes to,
    which on some Pythons read all certificate authorities."""
    return URLFetcher(allowed_protocols=("https",), allow_redirects=False)


class AssetFetcher(URLFetcher):  # type: ignore[misc]
    """Answers `https://assets.invalid/<name>` from memory; every other address ends the print."""

    def __init__(self, assets: Mapping[str, bytes]) -> None:
        self.__dict__.update(_shut().__dict__)
        self._assets = assets
        self.refused: list[str] = []

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        name = url.removeprefix(BASE)
        if name == url or name not in self._assets:
            # Noted as well: some of WeasyPrint's callers swallow whatever is raised.
            self.refused.append(url[:120])
            raise FatalURLFetchingError(f"refused to load {url[:120]!r}")
        return URLFetcherResponse(
            url, body=self._assets[name], headers={"Content-Type": "image/svg+xml"}
        )
