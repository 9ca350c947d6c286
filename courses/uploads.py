"""What authors upload, and what learners hand in. Pictures are written anew; everything else is
served as a download or, for sound and moving pictures, played, and never to somebody without a
place in the course."""

from tutorme.core.files.purposes import MEBIBYTE, Picture, Purpose, declare

PICTURE = declare(
    Purpose(
        "course-picture",
        kinds=frozenset({"png", "jpeg", "webp", "gif"}),
        most_bytes=10 * MEBIBYTE,
        quota=500 * MEBIBYTE,
        picture=Picture(longest_side=2000),
    )
)
MATERIAL = declare(
    Purpose(
        "course-material",
        kinds=frozenset("pdf m4a mp3 ogg wav docx xlsx pptx zip vtt text csv markdown".split()),
        most_bytes=25 * MEBIBYTE,
        quota=1024 * MEBIBYTE,
    )
)
VIDEO = declare(
    Purpose(
        "course-video",
        kinds=frozenset({"mp4", "webm"}),
        most_bytes=500 * MEBIBYTE,
        quota=10 * 1024 * MEBIBYTE,
    )
)
ARCHIVE = declare(
    Purpose(
        "course-archive",
        kinds=frozenset({"zip"}),
        most_bytes=200 * MEBIBYTE,
        quota=1024 * MEBIBYTE,
    )
)
# Not for uploads: a picture that was written here once comes back as it is, and what an export
# made waits for its author.
WRITTEN_PICTURE = Purpose(PICTURE.name, frozenset({"webp"}), PICTURE.most_bytes, PICTURE.quota)
EXPORT = Purpose("course-export", frozenset({"zip"}), 2048 * MEBIBYTE, 4096 * MEBIBYTE)

# Marked by a tutor; a link to it is given to its learner and to who marks it.
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
