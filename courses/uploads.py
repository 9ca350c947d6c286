"""What learners upload to be marked."""

from tutorme.core.files.purposes import MEBIBYTE, Purpose, declare

SUBMISSION = declare(
    Purpose(
        name="submission",
        kinds=frozenset(
            {"pdf", "png", "jpeg", "webp", "docx", "xlsx", "pptx", "zip", "text", "csv", "markdown"}
            | {"mp3", "m4a", "ogg", "wav"}
        ),
        most_bytes=20 * MEBIBYTE,
        quota=500 * MEBIBYTE,
    )
)
