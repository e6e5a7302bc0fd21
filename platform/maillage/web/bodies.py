"""How the body of a request is read."""

from io import BytesIO
from typing import IO

from flask import Request


class MemoryRequest(Request):
    """Files that are sent wait in memory, never in a temporary file: they may name people, and are bounded anyway."""

    def _get_file_stream(self, *_: object, **__: object) -> IO[bytes]:
        return BytesIO()
