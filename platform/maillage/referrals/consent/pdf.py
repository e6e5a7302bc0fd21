"""The information sheet as a PDF of one page, for the languages whose letters need no shaping."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from maillage.referrals.consent.sheets import Sheet

if TYPE_CHECKING:
    from fpdf import FPDF

FONTS: Final = Path(__file__).parent / "fonts"
FAMILY: Final = "DejaVu"


def draw(sheet: Sheet) -> bytes:
    """The sheet on A4. The person's name is on it only where the sheet holds it."""
    paper = _paper(sheet)
    _write(paper, sheet.title, 20, bold=True)
    _write(paper, sheet.lead, 11)
    if sheet.person:
        _write(paper, sheet.person, 11, bold=True)
    for section in sheet.sections:
        paper.ln(2.5)
        _write(paper, section.title, 13, bold=True)
        for line in section.lines:
            _write(paper, line, 11)
    paper.ln(6)
    _write(paper, sheet.signed, 10)
    return bytes(paper.output())


def _paper(sheet: Sheet) -> "FPDF":
    from fpdf import FPDF  # noqa: PLC0415  heavy, and only this page needs it

    paper = FPDF(format="A4")
    for style, weight in (("", "regular"), ("B", "bold")):
        paper.add_font(FAMILY, style, FONTS / f"dejavu-sans-{weight}.ttf")
    paper.set_margin(18)
    paper.set_auto_page_break(True, margin=15)
    paper.set_lang(sheet.language)
    paper.set_title(sheet.title)
    paper.add_page()
    return paper


def _write(paper: "FPDF", text: str, size: float, *, bold: bool = False) -> None:
    known = paper.fonts[FAMILY.lower() + ("B" if bold else "")].cmap  # type: ignore[union-attr]  # a TrueType one
    drawn = "".join(one if ord(one) in known else " " if one.isspace() else "?" for one in text)
    paper.set_font(FAMILY, "B" if bold else "", size)
    paper.multi_cell(0, size * 0.5, drawn, align="L", new_x="LMARGIN", new_y="NEXT")
