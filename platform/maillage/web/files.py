"""Files that people send in and take away again: one way in, checked; one way out, never as a page of ours."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from flask import Response, current_app, request
from werkzeug.datastructures import FileStorage

from maillage.kernel import uploads
from maillage.kernel.upload_limits import MAX_BYTES
from maillage.kernel.uploads import Upload

_ENVELOPE: Final = 64 * 1024  # what a form adds around its file


def allow_a_file() -> None:
    """Called before the form is read for its token: elsewhere a body is far shorter."""
    request.max_content_length = MAX_BYTES + _ENVELOPE


def checked(sent: FileStorage) -> Upload:
    """What was sent, checked and cleaned. Raises Invalid, Unavailable."""
    scanner: str = current_app.extensions["maillage_settings"].clamav_url
    return uploads.check(sent.filename or "", sent.stream.read(MAX_BYTES + 1), scanner=scanner)


def sent_in(
    content: bytes | Iterable[bytes], *, media_type: str, name: str, size: int | None = None, inline: bool = False
) -> Response:
    """What somebody sent in, read in a program of the reader's own; `inline`: shown in a page that asks for it."""
    response = Response(content, content_type=media_type)
    response.headers.set("Content-Disposition", "inline" if inline else "attachment", filename=name)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    if size is not None:
        response.content_length = size
    return response


def folder(name: str) -> Path:
    """Where the sealed files of a domain lie in the data folder of this instance."""
    found: Path = current_app.extensions["maillage_settings"].paths.files / name
    found.mkdir(mode=0o700, exist_ok=True)
    return found
