"""What seems to name somebody, or leads to somebody's file, in a text that many read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.referrals.screening import TraceKind, first_names, points_to_somebody, traces

FOUND = [
    ("Que dire à Odile Vandermersch, qui ne sort plus ?", [(TraceKind.NAME, "Odile Vandermersch")]),
    ("VANDERMERSCH Odile ne répond plus.", [(TraceKind.NAME, "VANDERMERSCH Odile")]),
    ("Marie-Claire Dubois", [(TraceKind.NAME, "Marie-Claire Dubois")]),
    ("Odile V. a peur.", [(TraceKind.NAME, "Odile V.")]),
    ("Le dossier Dupont avance.", [(TraceKind.NAME, "dossier Dupont")]),
    ("La famille Ben Youssef", [(TraceKind.NAME, "famille Ben")]),
    ("Voir Mme de Wilde.", [(TraceKind.TITLE, "Mme de Wilde")]),
    ("M. Jean Dupont", [(TraceKind.TITLE, "M. Jean Dupont")]),
    ("Au 06 39 98 11 22", [(TraceKind.PHONE, "06 39 98 11 22")]),
    ("Au +32 470 12 34 56", [(TraceKind.PHONE, "+32 470 12 34 56")]),
    ("Écrire à odile@exemple.be", [(TraceKind.EMAIL, "odile@exemple.be")]),
    ("Il habite 7 rue des Glycines.", [(TraceKind.ADDRESS, "7 rue des Glycines")]),
    ("Elle vit chaussée de Louvain 12 à Namur.", [(TraceKind.ADDRESS, "chaussée de Louvain 12")]),
]
INNOCENT = [
    "Que faire quand un locataire ne répond plus ?",
    "Croix Rouge, Action Logement et Région Wallonne étaient là.",
    "France Travail à Saint-Quentin, le 3 mars 2026.",
    "Dossier DALO et SIAO : 12 dossiers en 2024, loyer de 412,50 €.",
    "Il reste une place en CHRS ; appeler le 3919 ou le 115.",
    "Bonjour Madame, la commission se réunit jeudi à 14 h 30.",
]


@pytest.mark.parametrize(("text", "found"), FOUND)
def test_what_leads_to_somebody_is_shown_as_it_was_written(text: str, found: list[tuple[TraceKind, str]]) -> None:
    assert [(one.kind, one.words) for one in traces(text)] == found


@pytest.mark.parametrize("text", INNOCENT)
def test_ordinary_words_are_left_alone(text: str) -> None:
    assert traces(text) == []


@given(st.sampled_from(sorted(first_names())), st.sampled_from(["Vandermersch", "Ben Youssef", "D’Hondt", "LECOMTE"]))
def test_a_first_name_before_a_capital_is_found(first: str, last: str) -> None:
    text = f"Depuis mars, {first.capitalize()} {last} ne paie plus."
    assert [one.kind for one in traces(text)] == [TraceKind.NAME]


@given(st.text(max_size=600))
def test_what_is_sure_is_among_what_is_found(text: str) -> None:
    sure = {TraceKind.EMAIL, TraceKind.PHONE, TraceKind.TITLE}
    assert points_to_somebody(text) == any(one.kind in sure for one in traces(text))
