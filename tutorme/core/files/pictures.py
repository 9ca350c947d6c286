"""Pictures are never served as they came: decoded, turned upright, made small, written anew."""

import io
import warnings
from dataclasses import dataclass
from typing import IO

from PIL import Image, ImageOps, UnidentifiedImageError

from tutorme.core.errors import UploadRefused
from tutorme.core.files.purposes import Picture

# 24 megapixels need under 100 MB while they are decoded; larger ones are not decoded at all.
MOST_PIXELS = 24_000_000
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_QUALITY = 84


@dataclass(frozen=True)
class Developed:
    """A WebP."""

    file: IO[bytes]
    size: int
    width: int
    height: int


def develop(file: IO[bytes], rule: Picture) -> Developed:
    """No metadata, no colour profile, no second frame is left; `UploadRefused` for what cannot be
    decoded or is larger than `MOST_PIXELS`."""
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _developed(file, rule)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise UploadRefused("The picture is damaged.", reason="damaged") from error


def _developed(file: IO[bytes], rule: Picture) -> Developed:
    with Image.open(file, formats=_FORMATS) as image:
        if image.width * image.height > MOST_PIXELS:
            raise UploadRefused("The picture has too many pixels.", reason="too-many-pixels")
        # JPEG can be decoded at an eighth of its size, which is all that is needed.
        image.draft("RGB", (rule.longest_side, rule.longest_side))
        upright = ImageOps.exif_transpose(image)
        plain = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    if rule.square:
        side = min(plain.width, plain.height, rule.longest_side)
        plain = ImageOps.fit(plain, (side, side))
    plain.thumbnail((rule.longest_side, rule.longest_side))
    out = io.BytesIO()
    plain.save(out, "WEBP", quality=_QUALITY, method=4)
    return Developed(out, out.tell(), plain.width, plain.height)
