"""What people send as files: told by its bytes and not by its name, bounded, cleaned apart, searched for viruses."""

import os
import re
import socket
import struct
import subprocess
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final
from urllib.parse import urlsplit

from maillage.kernel.errors import Invalid, Unavailable
from maillage.kernel.upload_limits import CLEANER, EXCERPT, MAX_BYTES, MAX_NAME, MAX_PAGES, WORDS

_CLEANING_SECONDS = 40
_SCAN_SECONDS = 30
_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class FileType:
    label: str
    media_type: str
    extensions: tuple[str, ...]
    signature: bytes


TYPES: Final[dict[str, FileType]] = {
    "PDF": FileType("PDF", "application/pdf", (".pdf",), b"%PDF-"),
    "JPEG": FileType("photo JPEG", "image/jpeg", (".jpg", ".jpeg"), b"\xff\xd8\xff"),
    "PNG": FileType("image PNG", "image/png", (".png",), b"\x89PNG\r\n\x1a\n"),
}
ACCEPT: Final = ",".join(extension for one in TYPES.values() for extension in one.extensions)
_REASONS = {
    "locked": "Ce PDF est protégé par un mot de passe : enregistrez-le sans protection.",
    "too_many_pages": f"Ce PDF dépasse {MAX_PAGES} pages.",
    "too_many_pixels": "Cette image est trop grande : réduisez-la.",
}
_UNREADABLE = "Ce fichier est abîmé, ou n’est pas ce que son nom annonce."


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that may be kept: its cleaned name, its type, its bytes without what they carried."""

    name: str
    media_type: str
    data: bytes


def check(name: str, data: bytes, *, scanner: str = "") -> Upload:
    """Turn what somebody sent into what may be kept. Raises Invalid with words for the sender; Unavailable when the
    virus scanner at `scanner` (`tcp://host:port` or `unix:///path`) does not answer: unchecked is not taken."""
    if len(data) > MAX_BYTES:
        raise Invalid(f"Ce fichier dépasse {MAX_BYTES // 1024 // 1024} Mo.")
    kind = next((kind for kind, one in TYPES.items() if data.startswith(one.signature)), None)
    if not data:
        raise Invalid("Ce fichier est vide.")
    if kind is None:
        raise Invalid("Envoyez un PDF, une photo JPEG ou une image PNG.")
    if PurePath(name).suffix.lower() not in TYPES[kind].extensions:
        raise Invalid(f"Ce fichier est un document {TYPES[kind].label}, et son nom annonce autre chose.")
    if scanner:
        _scan(scanner, data)
    return Upload(clean_name(name, kind), TYPES[kind].media_type, _cleaned(kind, data))


def first_words(upload: Upload) -> str:
    """The beginning of what a PDF says, on one line; empty for a picture, and where nothing can be read."""
    if upload.media_type != TYPES["PDF"].media_type:
        return ""
    try:
        said = _cleaned(WORDS, upload.data).decode(errors="replace")
    except Invalid:
        return ""
    return re.sub(r"[\s\0]+", " ", said).strip()[:EXCERPT]


def clean_name(name: str, kind: str) -> str:
    """A name without folder, control or direction characters, with the extension of its type."""
    stem = PurePath(name.replace("\\", "/")).stem
    plain = "".join(c if c.isalnum() or c in " -_().,’'" else " " for c in unicodedata.normalize("NFC", stem))
    short = re.sub(r"\s+", " ", plain).strip(" .")[:MAX_NAME].strip()
    return f"{short or 'document'}{TYPES[kind].extensions[0]}"


def scanner_answers(address: str) -> bool:
    """Whether clamd is there to search. Raises OSError where nobody listens."""
    with _connected(address) as link:
        link.sendall(b"zPING\0")
        return link.makefile("rb").read(16) == b"PONG\0"


def _cleaned(kind: str, data: bytes) -> bytes:
    """Clean in another process, with little memory and without the secrets of this one's environment."""
    command = [sys.executable, "-P", "-m", CLEANER, kind]
    bare = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603  ourselves
            command, input=data, capture_output=True, timeout=_CLEANING_SECONDS, check=False, env=bare
        )
    except subprocess.TimeoutExpired:
        raise Invalid(_UNREADABLE) from None
    if done.returncode:
        raise Invalid(_REASONS.get(done.stderr.decode(errors="replace"), _UNREADABLE))
    if len(done.stdout) > 2 * MAX_BYTES:
        raise Invalid(_REASONS["too_many_pixels"])
    return done.stdout


def _scan(address: str, data: bytes) -> None:
    """Ask clamd (INSTREAM: lengths and pieces, then zero)."""
    try:
        with _connected(address) as link:
            link.sendall(b"zINSTREAM\0")
            for start in range(0, len(data), _PIECE):
                piece = data[start : start + _PIECE]
                link.sendall(struct.pack("!I", len(piece)) + piece)
            link.sendall(struct.pack("!I", 0))
            answer = link.makefile("rb").read(4096)
    except OSError as error:
        raise Unavailable("Le contrôle des fichiers ne répond pas : réessayez dans un instant.") from error
    if answer.rstrip(b"\0").endswith(b" FOUND"):
        raise Invalid("Ce fichier contient un programme dangereux : il n’a pas été gardé.")
    if not answer.rstrip(b"\0").endswith(b": OK"):
        raise Unavailable("Le contrôle des fichiers ne répond pas : réessayez dans un instant.")


def _connected(address: str) -> socket.socket:
    where = urlsplit(address)
    if where.scheme == "unix":
        link = socket.socket(socket.AF_UNIX)
        link.settimeout(_SCAN_SECONDS)
        link.connect(where.path)
        return link
    return socket.create_connection((where.hostname or "127.0.0.1", where.port or 3310), timeout=_SCAN_SECONDS)
