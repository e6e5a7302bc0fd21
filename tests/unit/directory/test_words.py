"""What people type in forms, and what they read again: hours and territories."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.directory import hours, territories

DAY = st.sampled_from(["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"])
SPAN = st.sampled_from(["09:00-12:00", "08:30-12:15", "14:00-17:30", "00:00-24:00"])


@pytest.mark.parametrize(
    ("typed", "osm"),
    [
        ("lundi au vendredi 9h-12h et 14h-17h30", "Mo-Fr 09:00-12:00,14:00-17:30"),
        ("lun-ven : 8h30-12h, 13h30-17h", "Mo-Fr 08:30-12:00,13:30-17:00"),
        ("Mardi et jeudi de 14h à 17h", "Tu,Th 14:00-17:00"),
        ("Lundi 9h à 12h\nMardi 10h-12h", "Mo 09:00-12:00; Tu 10:00-12:00"),
        ("mercredi fermé", "We off"),
        ("lundi 9h-12h ; jours fériés fermé", "Mo 09:00-12:00; PH off"),
        ("Mo-Fr 09:00-12:00; PH off", "Mo-Fr 09:00-12:00; PH off"),
        ("24/7", "24/7"),
    ],
)
def test_hours_as_typed(typed: str, osm: str) -> None:
    assert hours.from_words(typed) == osm
    assert hours.valid(osm)


@pytest.mark.parametrize("typed", ["quand je peux", "sur rendez-vous", "lundi matin", "9h-12h le"])
def test_what_is_not_hours_stays_invalid(typed: str) -> None:
    assert not hours.valid(hours.from_words(typed))


@given(st.lists(st.tuples(DAY, st.lists(SPAN, min_size=1, max_size=2)), min_size=1, max_size=4))
def test_hours_shown_in_a_form_are_understood_when_sent_back(week: list[tuple[str, list[str]]]) -> None:
    osm = "; ".join(f"{day} {','.join(spans)}" for day, spans in week)
    assert hours.from_words(hours.to_words(osm)) == osm


@pytest.mark.parametrize(
    ("typed", "country", "token"),
    [
        ("Béthune", "FR", "commune:62119"),
        ("bethune", "FR", "commune:62119"),
        ("Pas-de-Calais", "FR", "departement:62"),
        ("département du Nord", "FR", "departement:59"),
        ("région : Hauts-de-France", "FR", "region:32"),
        ("Namur", "BE", "commune:BE-92094"),
        ("province de Namur", "BE", "province:BE-WNA"),
        ("province de Namur", "FR", "province:BE-WNA"),
        ("France", "FR", "country:FR"),
        ("epci:200072460", "FR", "epci:200072460"),
        ("Atlantide", "FR", None),
        ("62400", "FR", None),  # a postcode that several communes share
        ("planet:mars", "FR", None),
    ],
)
def test_territories_as_typed(typed: str, country: str, token: str | None) -> None:
    assert territories.to_token(typed, country) == token


@pytest.mark.parametrize(
    "token",
    ["commune:62119", "commune:BE-92094", "commune:93066", "departement:59", "province:BE-WNA", "epci:200072460"],
)
@pytest.mark.parametrize("country", ["FR", "BE"])
def test_a_territory_shown_in_a_form_is_understood_when_sent_back(token: str, country: str) -> None:
    assert territories.to_token(territories.to_words(token, country), country) == token


@pytest.mark.parametrize(
    ("typed", "country", "code"),
    [
        ("Béthune", "FR", "62119"),
        ("62400 Béthune", "FR", "62119"),
        ("Béthune (62400)", "FR", "62119"),
        ("97400 Saint-Denis", "FR", "97411"),
        ("Saint-Denis", "FR", None),
        ("62400", "FR", None),
        ("5000", "BE", "BE-92094"),
        ("commune:62400", "FR", "62400"),
        ("nulle part", "FR", None),
    ],
)
def test_a_commune_as_typed(typed: str, country: str, code: str | None) -> None:
    found = territories.to_commune(typed, country)
    assert (found.code if found else None) == code
