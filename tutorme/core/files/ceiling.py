"""Ends an upload while it comes in, instead of after the disk took all of it."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

from tutorme.core.files import purposes

# What the multipart envelope and a form's other fields may need besides the file.
_ENVELOPE = purposes.MEBIBYTE


class Ceiling(FileUploadHandler):
    """Refuses by the announced length before a byte is read, and by the counted one after."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803  Django's name
        content_length: int,
        boundary: Any,
        encoding: Any = None,
    ) -> None:
        self._left = purposes.largest() + _ENVELOPE
        if content_length > self._left:
            raise RequestDataTooBig("The upload is larger than any file may be.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self._left -= len(raw_data)
        if self._left < 0:
            raise RequestDataTooBig("The upload is larger than any file may be.")
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
