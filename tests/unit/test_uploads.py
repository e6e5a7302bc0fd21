"""A file is what its bytes say; what is kept of it looks the same and carries nothing."""

import io

import pytest
from PIL import Image
from pypdf import PdfReader

from factories.files import CANARY, pdf, pdf_with_photo, photo
from maillage.kernel import cleaning, uploads
from maillage.kernel.errors import Invalid
from maillage.kernel.upload_limits import MAX_BYTES, MAX_PAGES
from maillage.kernel.uploads import check, clean_name


@pytest.mark.parametrize(("kind", "name"), [("JPEG", "photo.jpg"), ("JPEG", "Photo.JPEG"), ("PNG", "plan.png")])
def test_a_picture_loses_its_place_and_author_and_stands_upright(kind: str, name: str) -> None:
    sent = photo(kind)
    assert CANARY.encode() in sent
    kept = check(name, sent)
    assert CANARY.encode() not in kept.data
    with Image.open(io.BytesIO(kept.data)) as picture:
        assert picture.size == (40, 60)
        assert picture.convert("RGB").getpixel((20, 30))[0] > 180  # type: ignore[index]
        assert not picture.getexif()


@pytest.mark.parametrize("made", [pdf(3), pdf(3, script=True), pdf(3, attached=True)])
def test_a_pdf_keeps_its_pages_and_nothing_else(made: bytes) -> None:
    assert CANARY.encode() in made
    kept = check("attestation.pdf", made)
    assert CANARY.encode() not in kept.data
    reader = PdfReader(io.BytesIO(kept.data))
    assert len(reader.pages) == 3
    assert not {"/OpenAction", "/Names", "/AcroForm", "/Metadata"} & set(reader.trailer["/Root"])  # type: ignore[arg-type]
    assert (kept.name, kept.media_type) == ("attestation.pdf", "application/pdf")


def test_a_scanned_photo_inside_a_pdf_loses_what_it_carried_and_still_shows() -> None:
    made = pdf_with_photo()
    assert CANARY.encode() in made
    kept = check("scan.pdf", made).data
    assert CANARY.encode() not in kept
    [image] = PdfReader(io.BytesIO(kept)).pages[0].images
    assert image.image is not None
    assert image.image.size == (60, 40)


def test_segments_are_taken_out_of_a_jpeg_without_drawing_it_again() -> None:
    bare = cleaning.strip_jpeg(photo())
    assert CANARY.encode() not in bare
    with Image.open(io.BytesIO(bare)) as picture:
        picture.load()
        assert picture.size == (60, 40)
    assert cleaning.strip_jpeg(b"\xff\xd8\xff") == b"\xff\xd8\xff"


@pytest.mark.security
@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("vide.pdf", b"", "vide"),
        ("programme.pdf", b"MZ\x90\x00" * 20, "Envoyez un PDF"),
        ("page.pdf", b"<html><script>alert(1)</script></html>", "Envoyez un PDF"),
        ("photo.jpg", pdf(), "son nom annonce autre chose"),
        ("photo.jpg.exe", photo(), "son nom annonce autre chose"),
        ("sans-extension", photo(), "son nom annonce autre chose"),
        ("cassee.png", b"\x89PNG\r\n\x1a\n" + b"x" * 50, "abîmé"),
        ("tronquee.jpg", photo(size=(900, 900))[:400], "abîmé"),
        ("faux.pdf", b"%PDF-1.7\n" + b"garbage" * 40, "abîmé"),
        ("verrou.pdf", pdf(password="secret"), "mot de passe"),
        ("long.pdf", pdf(MAX_PAGES + 1), "200 pages"),
        ("lourd.png", b"\x89PNG\r\n\x1a\n" + b"x" * MAX_BYTES, "10 Mo"),
        ("bombe.png", photo("PNG", size=(6000, 6000)), "trop grande"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words(name: str, data: bytes, said: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check(name, data)
    assert said in refusal.value.message


@pytest.mark.security
def test_a_page_hidden_behind_a_picture_does_not_survive() -> None:
    polyglot = photo("PNG") + b"<script>alert('x')</script>%PDF-1.7"
    assert b"script" not in check("image.png", polyglot).data


@pytest.mark.security
def test_a_file_that_keeps_its_reader_busy_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "_CLEANING_SECONDS", 0.01)
    with pytest.raises(Invalid):
        check("lent.pdf", pdf())


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\zoe\\Bail signé.PDF", "Bail signé.pdf"),
        ("a\u202efdp.exe.pdf", "a fdp.exe.pdf"),
        ("\0\n.pdf", "document.pdf"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
        (".pdf", "pdf.pdf"),
    ],
)
def test_names_are_made_harmless(sent: str, kept: str) -> None:
    assert clean_name(sent, "PDF") == kept
