"""Whether and how the person may be written to, and with which words. Pure."""

import re
from collections.abc import Mapping
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, StringConstraints

from maillage.referrals.codes import ContactChannel
from maillage.referrals.content import Identity, Person, SafeContact
from maillage_search.text import words

WAYS: Final = (ContactChannel.EMAIL, ContactChannel.SMS)
GOOD_FOR: Final = timedelta(minutes=30)  # a moment that somebody called safe is over then
_QUOTED: Final = re.compile(r"«\s*([^\s»][^»]{0,59}?)\s*»")
NUMBER: Final = r"[0-9+(). \u00a0\u202f]*"
NAME: Final = r"(?:[^\W\d_]|[ ,.'’-])*"


class Phrase(StrEnum):
    """What may be said: anything else could be read by somebody else."""

    CALL = "call"
    MEET = "meet"
    MISSED = "missed"


class Result(StrEnum):
    """What became of a message."""

    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"
    LATE = "late"
    STOPPED = "stopped"


PHRASES: Final[Mapping[str, str]] = {
    Phrase.CALL: "Demander de rappeler",
    Phrase.MEET: "Rappeler un rendez-vous",
    Phrase.MISSED: "Dire qu’on n’a pas pu la joindre",
}
BECAME: Final[Mapping[str, str]] = {
    Result.WAITING: "part dans l’instant",
    Result.SENT: "parti",
    Result.REFUSED: "refusé : l’adresse ou le numéro n’en prend pas",
    Result.LATE: "pas parti : le moment est passé",
    Result.STOPPED: "pas parti : ce n’est plus permis",
}
NEVER: Final = "Cette personne ne doit jamais être contactée directement : passez par qui vous l’adresse."
NOT_THIS_WAY: Final = "La personne n’accepte pas d’être jointe ainsi."
NO_ADDRESS: Final = "Ce qui a été partagé ne permet pas de la joindre ainsi."


class Said(BaseModel):
    """What somebody fills in; the rest of the message is ours."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    channel: ContactChannel
    phrase: Phrase
    signature: Annotated[str, StringConstraints(max_length=60)] = ""
    number: Annotated[str, StringConstraints(max_length=30, pattern=f"^{NUMBER}$")] = ""
    day: date | None = None
    hour: time | None = None


def address_of(person: Person, channel: ContactChannel) -> str:
    return {ContactChannel.EMAIL: person.email, ContactChannel.SMS: person.phone}.get(channel, "")


def refusal(safe: SafeContact, person: Person, channel: ContactChannel) -> str | None:
    """Why the person may not be written to in this way; never wins, then the ways that they named."""
    if not safe.allowed:
        return NEVER
    if channel not in WAYS or not safe.opens(channel):
        return NOT_THIS_WAY
    return None if address_of(person, channel) else NO_ADDRESS


def signature(safe: SafeContact, typed: str) -> str:
    """How the message is signed. Words that the person gave between « » stand as they are, whatever was typed."""
    quoted = _QUOTED.search(safe.words)
    return quoted[1] if quoted else typed


def names_organization(typed: str, *names: str) -> bool:
    """Whether a signature tells where it comes from: somebody else may read it."""
    telling = {word for name in names for word in words(name) if len(word) > 3}
    return bool(telling & set(words(typed)))


def text_of(identity: Identity, said: Said) -> str:
    """The whole message."""
    signed = signature(identity.safe_contact, said.signature)
    return f"Bonjour. {_phrase(said)}\n{signed}"


def _phrase(said: Said) -> str:
    if said.phrase is Phrase.CALL:
        return f"Pouvez-vous me rappeler au {said.number} ?"
    if said.phrase is Phrase.MEET and said.day is not None and said.hour is not None:
        return f"Nous nous voyons le {said.day:%d/%m} à {said.hour:%H} h {said.hour:%M}."
    return "Je n’ai pas réussi à vous joindre. Je réessaierai."
