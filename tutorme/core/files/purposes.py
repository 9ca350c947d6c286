"""What a file may be uploaded for. Apps declare theirs in `uploads.py`, found at start."""

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Picture:
    """Pictures are decoded and written anew as WebP: what was hidden in them does not survive."""

    longest_side: int
    square: bool = False


@dataclass(frozen=True)
class Purpose:
    """`kinds` are names of `sniffing.KINDS`; `quota` is the sum of one owner's bytes for it.
    Public files have an address for everybody, the others a signed one that ends."""

    name: str
    kinds: frozenset[str]
    most_bytes: int
    quota: int
    picture: Picture | None = None
    public: bool = False


_declared: dict[str, Purpose] = {}


def declare(purpose: Purpose) -> Purpose:
    if _declared.setdefault(purpose.name, purpose) != purpose:
        raise ValueError(f"{purpose.name} is declared twice")
    return purpose


def named(name: str) -> Purpose | None:
    return _declared.get(name)


def largest() -> int:
    """Bytes; what no upload may exceed, whatever it is for."""
    return max((purpose.most_bytes for purpose in _declared.values()), default=MEBIBYTE)
