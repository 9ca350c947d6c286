"""What people may upload about themselves."""

from tutorme.core.files.purposes import MEBIBYTE, Picture, Purpose, declare

AVATAR = declare(
    Purpose(
        "avatar",
        frozenset({"png", "jpeg", "webp", "gif"}),
        most_bytes=8 * MEBIBYTE,
        quota=8 * MEBIBYTE,
        picture=Picture(longest_side=512, square=True),
        public=True,
    )
)
PAPER = declare(
    Purpose(
        "tutor-paper",
        frozenset({"pdf", "png", "jpeg", "webp"}),
        most_bytes=10 * MEBIBYTE,
        quota=60 * MEBIBYTE,
    )
)
EXPORT = declare(
    Purpose("data-export", frozenset({"zip"}), most_bytes=512 * MEBIBYTE, quota=1024 * MEBIBYTE)
)
