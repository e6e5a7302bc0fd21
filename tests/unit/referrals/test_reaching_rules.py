"""Every cell of who may be written to how, and what a message can say at all."""

from datetime import date, time
from itertools import combinations, product

import pytest

from maillage.referrals.codes import ContactChannel, SharingLevel
from maillage.referrals.content import Identity, Person, SafeContact
from maillage.referrals.reaching import rules
from maillage.referrals.reaching.rules import NEVER, NO_ADDRESS, NOT_THIS_WAY, Phrase, Said

pytestmark = pytest.mark.security

EMAIL, SMS = ContactChannel.EMAIL, ContactChannel.SMS
WHOLE = Person(first_name="Odile", email="odile@boite.example", phone="+33639981122")
SETS = [frozenset(found) for size in range(4) for found in combinations(ContactChannel, size)]


@pytest.mark.parametrize("channel", ContactChannel)
def test_never_wins_then_the_ways_that_were_named_then_what_was_shared(channel: ContactChannel) -> None:
    people = (WHOLE, Person(first_name="Odile"))
    for allowed, channels, person in product((True, False), SETS, people):
        said = rules.refusal(SafeContact(allowed=allowed, channels=tuple(channels)), person, channel)
        if not allowed:
            wanted: str | None = NEVER
        elif channel not in (EMAIL, SMS) or (channels and channel not in channels):
            wanted = NOT_THIS_WAY
        else:
            wanted = None if person is WHOLE else NO_ADDRESS
        assert said == wanted, (allowed, channels, channel)


SIGNED = [
    ("", "Samira", "Samira"),
    ("Dire que c’est la bibliothèque", "La bibliothèque", "La bibliothèque"),
    ("Signer le message « Julie, de la crèche »", "Samira, Les Heures Douces", "Julie, de la crèche"),
    ("« Julie » puis « Léa »", "", "Julie"),
    ("Signer «  »", "Samira", "Samira"),
]


@pytest.mark.parametrize(("asked", "typed", "signed"), SIGNED)
def test_words_that_the_person_gave_stand_as_they_are(asked: str, typed: str, signed: str) -> None:
    identity = Identity(level=SharingLevel.FULL, person=WHOLE, safe_contact=SafeContact(words=asked), need="Besoin")
    for phrase, words in (
        (Phrase.CALL, "Bonjour. Pouvez-vous me rappeler au 03 21 00 00 00 ?"),
        (Phrase.MEET, "Bonjour. Nous nous voyons le 12/03 à 14 h 30."),
        (Phrase.MISSED, "Bonjour. Je n’ai pas réussi à vous joindre. Je réessaierai."),
    ):
        said = Said(
            channel=SMS,
            phrase=phrase,
            signature=typed,
            number="03 21 00 00 00",
            day=date(2026, 3, 12),
            hour=time(14, 30),
        )
        assert rules.text_of(identity, said) == f"{words}\n{signed}"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("Samira", False),
        ("Samira des Heures", True),
        ("les heures douces", True),
        ("L’équipe HEURES-DOUCES", True),
        ("Les", False),
    ],
)
def test_a_signature_does_not_tell_where_it_comes_from(typed: str, told: bool) -> None:
    assert rules.names_organization(typed, "Les Heures Douces", "Corons et Lumière") is told
