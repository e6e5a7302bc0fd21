"""What a service needs to know with a referral: asked when it is sent, answered in words that travel sealed with it.

The answers are read before acceptance, like the card: they name nobody. What is not given is said, and asked for later.
"""

from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from maillage.directory.queries import ReferableService
from maillage.kernel.errors import Invalid
from maillage.referrals.checks import check_text, seems_to_name
from maillage.referrals.content import Person
from maillage.referrals.queries.results import TimelineEntry

Answers = Mapping[UUID, Mapping[str, str]]  # by service, then by what is asked

LONGEST: Final = 500
ASKED: Final = "asked:"  # before what was asked, among the words of a sending
READY: Final = "Disponible"
NAMED = "Une réponse est lue avant d’accepter et semble nommer la personne : retirez son nom et ses coordonnées."
LACKING = "« {service} » ne peut pas répondre sans : {asked}."


def answered(service: ReferableService, given: Mapping[str, str], person: Person) -> dict[str, str]:
    """The words that go with the referral; "" where nothing was said. Raises Invalid."""
    said = {asked.words: given.get(asked.words, "").strip() for asked in service.asks}
    _refuse(f"« {service.name} » ne demande pas ceci : {unknown}." for unknown in sorted(given.keys() - said.keys()))
    _refuse(f"{LONGEST} caractères au plus par réponse." for words in said.values() if len(words) > LONGEST)
    _refuse(NAMED for words in said.values() if seems_to_name(words, person))
    lacking = [asked.words for asked in service.asks if asked.required and not said[asked.words]]
    _refuse(LACKING.format(service=service.name, asked=words) for words in lacking)
    for words in said.values():
        check_text(words)
    return {f"{ASKED}{asked}": words for asked, words in said.items()}


def rows(timeline: Iterable[TimelineEntry]) -> list[dict[str, str]]:
    """What was asked and said when it was sent, as pages show it: what is missing is said."""
    return [
        {"term": name.removeprefix(ASKED), "value": answer or "Sera demandé"}
        for entry in timeline
        for name, answer in entry.words.items()
        if name.startswith(ASKED)
    ]


def _refuse(reasons: Iterable[str]) -> None:
    reason = next(iter(reasons), None)
    if reason is not None:
        raise Invalid(fields={"answers": reason})
