"""The sheet that is handed over says what really happens, names nobody by itself, and leaves no language behind."""

import hashlib
import io
import re
import string
from pathlib import Path

import pytest
from flask import Flask
from pypdf import PdfReader

from factories.pages import Visitor, readable
from factories.referrals import FIRST_NAME, LAST_NAME, SECRETS, Town, make_situation
from maillage.referrals import service
from maillage.referrals.codes import SharingLevel
from maillage.referrals.consent import dangers, pdf, sheets
from maillage.referrals.content import Plan, StepInput
from maillage.referrals.rights import codes

HOUSING = {
    "fr": "Refuser ne change rien pour votre logement.",
    "nl": "Nee zeggen verandert niets voor uw woning.",
    "en": "Saying no changes nothing for your home.",
    "ar": "الرفض لا يغيّر شيئًا بالنسبة إلى سكنك.",
    "uk": "Відмова нічого не змінює для вашого житла.",
    "tr": "Hayır demek konutunuz için hiçbir şeyi değiştirmez.",
}


def about(**overrides: object) -> sheets.About:
    values = {
        "sender": "Habitat du Hainaut",
        "receivers": ("Équipe mobile (Psy Logis)",),
        "level": SharingLevel.FULL,
        "contact": "donnees@exemple.fr",
        "country": "FR",
    }
    return sheets.About.model_validate(values | overrides)


def blanks(language: str) -> list[set[str]]:
    words = sheets.wording(language)
    parts = [*(" ".join(it.lines) for it in words.sections), words.person, words.signed]
    return [{name for _, name, _, _ in string.Formatter().parse(part) if name} for part in parts]


@pytest.mark.parametrize("language", sheets.LANGUAGES)
def test_every_language_says_the_same(language: str) -> None:
    words = sheets.wording(language)
    assert blanks(language) == blanks("fr")
    assert set(words.levels) == set(SharingLevel)
    assert set(words.authority) == set(dangers.DANGERS)
    assert set(words.themes) == set(codes.BY_THEME)
    assert words.direction == ("rtl" if language == "ar" else "ltr")
    assert words.reviewed_by is None
    lines = [line for section in sheets.sheet(language, about()).sections for line in section.lines]
    assert HOUSING[language] in lines


@pytest.mark.parametrize("language", sheets.LANGUAGES)
def test_the_durations_are_those_that_erase(language: str) -> None:
    (kept,) = [it.lines for it in sheets.sheet(language, about()).sections if str(codes.LONGEST.months) in it.lines[-1]]
    said = {int(number) for line in kept for number in re.findall(r"\d+", line)}
    assert said == {codes.USUAL.months, codes.LONGEST.months, *(term.months for term in codes.BY_THEME.values())}


@pytest.mark.parametrize("language", [it for it in sheets.LANGUAGES if it not in sheets.SHAPED])
def test_the_pdf_is_one_page_and_draws_every_letter(language: str) -> None:
    made = sheets.sheet(language, about())
    paper = PdfReader(io.BytesIO(pdf.draw(made)))
    assert len(paper.pages) == 1
    drawn = re.sub(r"\s+", "", paper.pages[0].extract_text())
    for section in made.sections:
        for line in (section.title, *section.lines):
            assert re.sub(r"\s+", "", line) in drawn, line


def test_the_typeface_is_the_one_that_is_written_down() -> None:
    told = (pdf.FONTS / "README.md").read_text(encoding="utf-8")
    for path in Path(pdf.FONTS).glob("*.ttf"):
        assert hashlib.sha256(path.read_bytes()).hexdigest() in told


@pytest.fixture
def address(town: Town) -> str:
    me = town.landlord.actor
    situation_id = make_situation(me)
    plan = Plan.model_validate({"service_ids": (town.service.id,), "sharing_level": "minimal"})
    service.update_situation(me, situation_id=situation_id, given=StepInput(plan=plan))
    return f"/situations/{situation_id}/fiche"


def test_the_page_names_the_person_only_when_asked(app: Flask, town: Town, address: str) -> None:
    sender = Visitor(app, town.landlord)
    page = sender.get(address)
    assert not any(secret in page for secret in SECRETS)
    assert town.service.name in readable(page)
    assert "votre prénom et comment vous joindre" in readable(page)
    assert f"{FIRST_NAME} {LAST_NAME}" in sender.get(f"{address}?nom=1")
    assert town.service.name not in readable(sender.get(f"{address}?discret=1"))


def test_the_page_turns_right_to_left_and_has_no_pdf_there(app: Flask, town: Town, address: str) -> None:
    sender = Visitor(app, town.landlord)
    page = sender.get(f"{address}?langue=ar")
    assert 'lang="ar" dir="rtl"' in page and HOUSING["ar"] in page and "Prendre en PDF" not in page
    sender.get(f"{address}?langue=ar&format=pdf", status=404)
    answer = sender.client.get(f"{address}?langue=uk&format=pdf")
    assert answer.mimetype == "application/pdf" and answer.data.startswith(b"%PDF")
    assert "no-store" in answer.headers["Cache-Control"]


def test_nobody_else_has_the_sheet(app: Flask, town: Town, address: str) -> None:
    Visitor(app, town.association).get(address, status=404)


def test_danger_is_reached_by_anybody_and_says_the_country(app: Flask, town: Town) -> None:
    page = readable(app.test_client().get("/danger-immediat").text)
    assert "119" in page and "CRIP" in page and "procureur de la République" in page
    belgian = readable(app.test_client().get("/danger-immediat?pays=be").text)
    assert "SAJ" in belgian and "parquet" in belgian and "CRIP" not in belgian
    assert "/danger-immediat" in Visitor(app, town.landlord).get("/orienter?new=1")
    assert "/danger-immediat" in app.test_client().get("/").text
