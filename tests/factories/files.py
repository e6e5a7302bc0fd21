"""Files as people send them, with what such files carry unseen."""

import io

from fpdf import FPDF
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

CANARY = "canariphotographe7c1"


def photo(kind: str = "JPEG", *, size: tuple[int, int] = (60, 40)) -> bytes:
    """A picture whose Exif data name a place and an author, lying on its side."""
    picture = Image.new("RGB", size, (200, 30, 30))
    exif = Image.Exif()
    exif[0x010E] = CANARY  # description
    exif[0x0112] = 6  # turned by a quarter
    exif.get_ifd(0x8825)[1] = "N"
    target = io.BytesIO()
    picture.save(target, kind, exif=exif)
    return target.getvalue()


def pdf(pages: int = 1, *, script: bool = False, attached: bool = False, password: str = "") -> bytes:
    """A PDF that says who wrote it and, when asked, runs a script, hides a file or wants a password."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    writer.add_metadata({"/Author": CANARY, "/Title": CANARY})
    if script:
        action = DictionaryObject(
            {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject(CANARY)}
        )
        writer.root_object[NameObject("/OpenAction")] = action
        writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): action})
    if attached:
        writer.add_attachment("cache.txt", CANARY.encode())
    if password:
        writer.encrypt(password)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def pdf_with_photo() -> bytes:
    """A scan: one page that is a photograph, Exif data included."""
    target = io.BytesIO()
    page = FPDF()
    page.add_page()
    page.image(io.BytesIO(photo()))
    page.output(target)
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(target.getvalue())))
    for found in writer._objects:
        if getattr(found, "get", dict().get)("/Subtype") == "/Image":
            found[NameObject("/Filter")] = NameObject("/DCTDecode")
            found._data = photo()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
