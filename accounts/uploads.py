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
EXPORT = declare(
    Purpose("data-export", frozenset({"zip"}), most_bytes=512 * MEBIBYTE, quota=1024 * MEBIBYTE)
)
