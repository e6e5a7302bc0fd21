"""Communes as people type them, working days, and what an event's details are made of."""

import pytest

from maillage.kernel.errors import Invalid
from maillage.referrals.checks import commune_of, facts_of, typed_commune, words_of
from maillage.referrals.content import Details
from maillage.referrals.states import Event, State, transition


@pytest.mark.parametrize(
    ("typed", "country", "name"),
    [("Béthune", "FR", "Béthune"), ("bethune", "FR", "Béthune"), ("5000", "BE", "Namur"), ("62190", "FR", None)],
)
def test_a_field_takes_names_and_postcodes(typed: str, country: str, name: str | None) -> None:
    if name is None:
        with pytest.raises(Invalid):
            typed_commune(typed, country)
    else:
        assert typed_commune(typed, country).name == name


def test_a_postcode_of_several_communes_asks_which_one() -> None:
    with pytest.raises(Invalid) as refused:
        typed_commune("62400", "FR")
    assert "Béthune" in refused.value.fields["commune"]


@pytest.mark.parametrize("nowhere", ["Nulle-Part-sur-Rien", "Pas-de-Calais", "99999", "?"])
def test_what_is_no_commune_says_what_to_write(nowhere: str) -> None:
    with pytest.raises(Invalid) as refused:
        typed_commune(nowhere, "FR")
    assert refused.value.fields == {"commune": "Indiquez une commune ou un code postal."}


def test_an_official_code_wins_where_codes_are_exchanged() -> None:
    assert commune_of("62119", "FR").name == "Béthune"
    assert commune_of("2a004", "FR").name == "Ajaccio"


@pytest.mark.parametrize(
    ("event", "state", "given", "facts", "words"),
    [
        (
            Event.ACCEPT, State.SENT, {"contact": "Samira", "date": "2026-03-10", "note": "Au centre"},
            {"date": "2026-03-10"}, {"contact": "Samira", "note": "Au centre"},
        ),
        (
            Event.DECLINE, State.SENT, {"reason": "other", "note": "Travaux"},
            {"reason": "other"}, {"note": "Travaux"},
        ),
        (Event.CANCEL, State.SENT, {"reason": "Sa fille l’aide"}, {}, {"reason": "Sa fille l’aide"}),
        (
            Event.WAITLIST, State.SEEN, {"estimate": 21, "review_on": "2026-04-01"},
            {"review_on": "2026-04-01"}, {"estimate": "21"},
        ),
        (
            Event.COMPLETE, State.ACCEPTED, {"outcome": "partly", "intensity": "light"},
            {"outcome": "partly", "intensity": "light"}, {},
        ),
    ],
)  # fmt: skip
def test_words_are_sealed_and_codes_are_not(
    event: Event, state: State, given: dict[str, object], facts: dict[str, str], words: dict[str, str]
) -> None:
    row, details = transition(event, state), Details.model_validate(given)
    assert row is not None
    assert (facts_of(row, details), words_of(row, details)) == (facts, words)
