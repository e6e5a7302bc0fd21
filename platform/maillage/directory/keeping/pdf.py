"""A booklet on paper: sections by theme, one record after the other, page numbers, bookmarks."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from maillage.directory.presenters import PlaceView, ServiceView
from maillage.directory.vocabulary import FEES
from maillage.kernel.progress import Progress
from maillage.web.templating import MONTHS, phone

if TYPE_CHECKING:
    from fpdf import FPDF

FONTS = Path(__file__).parent / "fonts"
FAMILY = "Atkinson"
GREY, _BLACK, _BLUE = (90, 90, 90), (0, 0, 0), (15, 76, 117)
_MOST_PLACES = 3


def draw(
    title: str,
    sections: Mapping[str, Sequence[ServiceView]],
    progress: Progress,
    *,
    link: Callable[[UUID], str],
    on: date,
) -> bytes:
    """The booklet as PDF; `link` gives the address of a record."""
    paper = new_paper(f"Livret des partenaires : {title}")
    print_text = printer(paper)
    count, done = sum(map(len, sections.values())), 0
    progress(done, count)
    print_text("Livret des partenaires", 24, bold=True, colour=_BLUE)
    print_text(title, 15, bold=True)
    print_text(
        f"{count} service{'s' if count > 1 else ''} · informations publiques au {day_in_words(on)}", 11, colour=GREY
    )
    print_text("Vérifiez toujours par téléphone avant de vous déplacer ou d’orienter une personne.", 11)
    for label, views in sections.items():
        paper.ln(5)
        if paper.will_page_break(40):
            paper.add_page()
        paper.start_section(_printable(label, paper))
        print_text(label, 15, bold=True, colour=_BLUE)
        for view in views:
            _record(paper, print_text, view, link(view.id))
            done += 1
            progress(done, count)
    return bytes(paper.output())


def _record(paper: "FPDF", print_text: Callable[..., None], view: ServiceView, address: str) -> None:
    lines = _lines(view)
    paper.ln(2)
    if paper.will_page_break(14 + 5.5 * len(lines)):
        paper.add_page()
    print_text(view.name, 12, bold=True, link=address)
    print_text(view.organization.name, 10.5, colour=GREY)
    for line in lines:
        print_text(line, 10.5)


def _lines(view: ServiceView) -> list[str]:
    fee = FEES.get(view.fee, "")
    contact = (phone(view.phone or view.organization.phone), view.email or view.organization.email)
    told = [view.summary, *_places(view), " · ".join(filter(None, contact)), view.how_to_reach, fee]
    told.append(f"Vérifié le {day_in_words(view.verified_on)}" if view.verified_on else "")
    return [line for line in told if line]


def _places(view: ServiceView) -> list[str]:
    if not view.places:
        return ["Lieu non publié : prenez contact avec l’organisation."]
    told = list(dict.fromkeys(filter(None, map(_place, view.places))))
    more = len(told) - _MOST_PLACES
    return told[:_MOST_PLACES] + (
        [f"et {more} autre{'s' if more > 1 else ''} lieu{'x' if more > 1 else ''}"] if more > 0 else []
    )


def _place(place: PlaceView) -> str:
    return " ".join(filter(None, (place.address and f"{place.address},", place.postcode, place.commune)))


def day_in_words(on: date) -> str:
    return f"{'1er' if on.day == 1 else on.day} {MONTHS[on.month - 1]} {on.year}"


def new_paper(title: str) -> "FPDF":
    """Blank sheets in our typeface, numbered."""
    from fpdf import FPDF  # noqa: PLC0415  heavy, and only the background needs it

    class Paper(FPDF):
        def footer(self) -> None:
            self.set_y(-14)
            self.set_font(FAMILY, size=9)
            self.set_text_color(*GREY)
            self.cell(0, 6, f"Maillage · page {self.page_no()}", align="C")

    paper = Paper(format="A4")
    for style, weight in (("", "regular"), ("B", "bold")):
        paper.add_font(FAMILY, style, FONTS / f"atkinson-hyperlegible-{weight}.ttf")
    paper.set_margin(18)
    paper.set_auto_page_break(True, margin=20)
    paper.set_lang("fr")
    paper.set_font(FAMILY, size=11)
    paper.set_title(_printable(title, paper))
    paper.add_page()
    return paper


def printer(paper: "FPDF") -> Callable[..., None]:
    """What writes one paragraph after the other on these sheets."""

    def print_text(
        text: str, size: float, *, bold: bool = False, colour: tuple[int, int, int] = _BLACK, link: str = ""
    ) -> None:
        paper.set_font(FAMILY, "B" if bold else "", size)
        paper.set_text_color(*colour)
        height = size * 0.5
        paper.multi_cell(0, height, _printable(text, paper), align="L", new_x="LMARGIN", new_y="NEXT", link=link)

    return print_text


def _printable(text: str, paper: "FPDF") -> str:
    """What the typeface can draw: other spaces become spaces, other letters lose their accents."""
    known: Mapping[int, object] = paper.fonts[FAMILY.lower()].cmap  # type: ignore[union-attr]  # a TrueType one
    return "".join(one if ord(one) in known else _nearest(one, known) for one in text)


def _nearest(character: str, known: Mapping[int, object]) -> str:
    if character.isspace():
        return "\u00a0" if character == "\u202f" else " "
    return "".join(one for one in unicodedata.normalize("NFKD", character) if ord(one) in known) or "?"
