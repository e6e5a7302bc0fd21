"""What two situations of one organisation are compared by: names, names with the day of birth, phone."""

from enum import StrEnum
from uuid import UUID

import phonenumbers
from sqlalchemy import delete
from sqlalchemy.orm import Session

from maillage.kernel import content_keys
from maillage.kernel.crypto import blind_index
from maillage.referrals.content import Person
from maillage.referrals.models import Situation
from maillage.referrals.similar.models import SituationDigest
from maillage_search.text import words


class Kind(StrEnum):
    NAME = "name"
    BORN = "born"
    PHONE = "phone"


def keep_digests(session: Session, situation: Situation, person: Person, country: str) -> None:
    """Write a situation's digests anew, in the caller's transaction. Of one in a vault, the name alone: whoever holds
    the ring could try every phone number and every day of birth."""
    session.execute(delete(SituationDigest).where(SituationDigest.situation_id == situation.id))
    session.add_all(
        SituationDigest(situation_id=situation.id, org_id=situation.org_id, kind=kind, digest=digest)
        for kind, digest in digests_of(person, situation.org_id, country).items()
        if kind is Kind.NAME or not situation.in_vault
    )


def digests_of(person: Person, org_id: UUID, country: str) -> dict[Kind, str]:
    """Nothing is said of a first name alone: half a town bears it."""
    said: dict[Kind, str] = {}
    if words(person.first_name) and words(person.last_name):
        # Sorted, since two first names, two last names, or both fields, are written in either order.
        said[Kind.NAME] = " ".join(sorted(words(f"{person.first_name} {person.last_name}")))
        if person.birth_date is not None:
            said[Kind.BORN] = f"{said[Kind.NAME]} {person.birth_date.isoformat()}"
    if number := international(person.phone, country):
        said[Kind.PHONE] = number
    key = content_keys.ring().blind_key(str(org_id))
    return {kind: blind_index(key, f"{kind}|{text}") for kind, text in said.items()}


def international(text: str, country: str) -> str:
    """A number as the whole world dials it; empty when it is none."""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
