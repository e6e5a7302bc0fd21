"""What may not stand in free text, and how little a card says of a small commune."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.referrals.coarsening import FEWEST_INHABITANTS, known_place, place_of
from maillage.referrals.codes import ContactChannel, SharingLevel
from maillage.referrals.content import Card, Content, Person, SafeContact, cut
from maillage.referrals.screening import NUMBER, OFFENCE, holds_national_number, refusal
from maillage_search.places import load_places

digits = st.integers
CARD = {
    "route": "maintien",
    "themes": (),
    "age_band": "75_plus",
    "household": "alone",
    "urgency": "normal",
    "asked": "",
}


@st.composite
def nirs(draw: st.DrawFn) -> str:
    department = draw(st.sampled_from(["75", "62", "2A", "2B", "97", "99"]))
    parts = [
        draw(st.sampled_from("12")), f"{draw(digits(0, 99)):02}", f"{draw(digits(1, 12)):02}", department,
        f"{draw(digits(0, 999)):03}", f"{draw(digits(0, 999)):03}",
    ]  # fmt: skip
    number = int("".join(parts).replace("2A", "19").replace("2B", "18"))
    return draw(st.sampled_from(["", " ", ".", "-"])).join([*parts, f"{97 - number % 97:02}"])


@st.composite
def nisses(draw: st.DrawFn) -> str:
    born, month, day, order = draw(digits(0, 99)), draw(digits(1, 12)), draw(digits(1, 28)), draw(digits(1, 998))
    number = f"{born:02}{month + draw(st.sampled_from([0, 20, 40])):02}{day:02}{order:03}"
    key = 97 - int(draw(st.sampled_from(["", "2"])) + number) % 97
    plain = f"{number}{key:02}"
    return draw(st.sampled_from([plain, f"{plain[:2]}.{plain[2:4]}.{plain[4:6]}-{plain[6:9]}.{plain[9:]}"]))


@given(st.one_of(nirs(), nisses()))
def test_a_national_number_is_found_however_it_is_typed(number: str) -> None:
    assert refusal(f"Son numéro est le {number}, à vérifier.") == NUMBER


@pytest.mark.parametrize(
    "text",
    [
        "Joindre au 06 39 98 11 22, ou au +33 6 39 98 11 22.",
        "Numéro unique 062 0925 123456 78901, dossier 20240611-447.",
        "Loyer de 412,50 € depuis le 01.02.2024, dette de 1 284 €.",
        "1 85 05 78 006 084 37",  # the check digits do not fit
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert not holds_national_number(text)


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("Son mari a été condamné à 6 mois de prison.", True),
        ("Il sort de prison et cherche un logement.", True),
        ("A un casier judiciaire.", True),
        ("Mise en examen l’an dernier.", True),
        ("Porte un bracelet électronique.", True),
        ("Le bailleur a été condamné à faire les travaux.", False),
        ("Elle subit des violences conjugales.", False),
        ("Condamne sa porte par peur des voisins.", False),
        ("Vit en zone délinquance élevée, se sent prisonnière.", False),
    ],
)
def test_what_touches_on_offences_is_refused_and_what_a_victim_lives_is_not(text: str, refused: bool) -> None:
    assert refusal(text) == (OFFENCE if refused else None)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("62119", "Béthune"),
        ("62836", "CA de Béthune-Bruay, Artois-Lys Romane"),
        ("29083", "Finistère"),  # Île-de-Sein belongs to no EPCI
        ("BE-25120", "Brabant wallon"),
        ("BE-21019", "Région de Bruxelles-Capitale"),
    ],
)
def test_no_card_names_a_small_commune(code: str, told: str) -> None:
    place, commune = known_place(Card.model_validate(CARD | place_of(code)).place), load_places().get("commune", code)
    assert place is not None and commune is not None
    assert place.name == told
    assert (place.kind == "commune") == (commune.population >= FEWEST_INHABITANTS)


@pytest.mark.parametrize(
    ("safe", "phone", "email", "address"),
    [
        (SafeContact(), True, True, True),
        (SafeContact(allowed=False), False, False, False),
        (SafeContact(channels=(ContactChannel.SMS,)), True, False, True),
        (SafeContact(channels=(ContactChannel.EMAIL,)), False, True, True),
        (SafeContact(channels=(ContactChannel.VIA_SENDER,)), False, False, True),
    ],
)
def test_no_way_of_contact_goes_along_that_is_not_safe(
    safe: SafeContact, phone: bool, email: bool, address: bool
) -> None:
    person = Person(first_name="Odile", phone="+33639981122", email="o@exemple.fr", address="7 rue des Glycines")
    shared = cut(Content(person=person, safe_contact=safe), SharingLevel.FULL).person
    assert (bool(shared.phone), bool(shared.email), bool(shared.address)) == (phone, email, address)
