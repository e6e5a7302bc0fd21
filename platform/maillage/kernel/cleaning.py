"""A program that takes an uploaded file on its input and gives back one of the same look, without what it carried.

Run in a process of its own, with little memory and little time: what opens a stranger's file must not be what holds the
keys. Pictures are drawn again, PDFs copied page by page: no place, author, history, script or hidden file survives.
"""

import io
import resource
import sys
import warnings
from collections.abc import Iterator
from typing import Any

from PIL import Image, ImageOps
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject

from maillage.kernel.upload_limits import MAX_PAGES, MAX_PIXELS, WORDS

MEMORY, CPU_SECONDS = 1 << 30, 20
REFUSED = 3
"""Exit status of a file that is what it says and is not taken; the reason is on stderr, one of the codes below."""
_QUALITY = 88
_ACTIONS = {"/URI", "/GoTo"}
_CARRIERS = {"/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"}
_TRACES = ("/Metadata", "/PieceInfo", "/LastModified", "/AA", "/AF", "/Thumb")


class Refused(Exception):
    """`locked`, `too_many_pages`, `too_many_pixels`, `unreadable`."""


def clean_picture(data: bytes, kind: str) -> bytes:
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        with Image.open(io.BytesIO(data), formats=[kind]) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise Refused("too_many_pixels")
            drawn = ImageOps.exif_transpose(picture).convert("RGB" if kind == "JPEG" else "RGBA")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise Refused("unreadable") from None
    target = io.BytesIO()
    bare = Image.frombytes(drawn.mode, drawn.size, drawn.tobytes())
    bare.save(target, kind, **({"quality": _QUALITY} if kind == "JPEG" else {}))
    return target.getvalue()


def clean_pdf(data: bytes) -> bytes:
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            raise Refused("locked")
        if len(reader.pages) > MAX_PAGES:
            raise Refused("too_many_pages")
        writer = PdfWriter()
        for page in reader.pages:
            _bare(page)
            writer.add_page(page)
        for found in _streams(writer):
            _bare(found)
            if found.get("/Filter") == "/DCTDecode":
                found._data = strip_jpeg(found._data)
        target = io.BytesIO()
        writer.write(target)
    except Refused:
        raise
    except Exception:  # a hostile file finds every error that a parser has
        raise Refused("unreadable") from None
    return target.getvalue()


def first_words(data: bytes) -> str:
    """What the first page of a PDF says, where it says something in text."""
    try:
        return PdfReader(io.BytesIO(data)).pages[0].extract_text()
    except Exception:  # as above
        raise Refused("unreadable") from None


def strip_jpeg(data: bytes) -> bytes:
    """A JPEG without its application segments (place, camera, thumbnail) and comments, not drawn again."""
    kept, place = [data[:2]], 2
    while place + 4 <= len(data) and data[place] == 0xFF and data[place + 1] != 0xDA:
        end = place + 2 + int.from_bytes(data[place + 2 : place + 4], "big")
        if data[place + 1] not in (*range(0xE1, 0xEE), 0xEF, 0xFE):  # APP0 and Adobe's APP14 say how to draw
            kept.append(data[place:end])
        place = end
    return b"".join(kept) + data[place:]


def _bare(found: DictionaryObject) -> None:
    for name in _TRACES:
        found.pop(NameObject(name), None)
    annotations = found.get("/Annots")
    if annotations is not None:
        kept = [one for one in annotations.get_object() if _harmless(one.get_object())]
        found[NameObject("/Annots")] = ArrayObject(kept)


def _harmless(annotation: Any) -> bool:
    action = annotation.get("/A")
    kind = action.get_object().get("/S") if action is not None else None
    return annotation.get("/Subtype") not in _CARRIERS and "/AA" not in annotation and kind in (None, *_ACTIONS)


def _streams(writer: PdfWriter) -> Iterator[StreamObject]:
    return (found for found in writer._objects if isinstance(found, StreamObject))


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    warnings.simplefilter("ignore")
    kind, data = sys.argv[1], sys.stdin.buffer.read()
    try:
        if kind == WORDS:
            made = first_words(data).encode()
        else:
            made = clean_pdf(data) if kind == "PDF" else clean_picture(data, kind)
    except Refused as refusal:
        sys.stderr.write(str(refusal))
        sys.exit(REFUSED)
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
