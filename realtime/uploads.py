"""What people send each other: pictures are written anew, the rest is served as a download."""

from tutorme.core.files.purposes import MEBIBYTE, Picture, Purpose, declare

PICTURE = declare(
    Purpose(
        "message-picture",
        kinds=frozenset({"png", "jpeg", "webp", "gif"}),
        most_bytes=10 * MEBIBYTE,
        quota=200 * MEBIBYTE,
        picture=Picture(longest_side=2000),
    )
)
DOCUMENT = declare(
    Purpose(
        "message-file",
        kinds=frozenset("pdf docx xlsx pptx text csv markdown m4a mp3 ogg".split()),
        most_bytes=20 * MEBIBYTE,
        quota=500 * MEBIBYTE,
    )
)
