"""The closed lists of a file, each with its words for people."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final


class EntryKind(StrEnum):
    VISIT = "visit"
    MEETING = "meeting"
    CALL = "call"
    LETTER = "letter"
    ATTEMPT = "attempt"
    PARTNER = "partner"
    NOTE = "note"


ENTRY_LABELS: Final[dict[str, str]] = {
    EntryKind.VISIT: "Visite à domicile",
    EntryKind.MEETING: "Rendez-vous",
    EntryKind.CALL: "Appel",
    EntryKind.LETTER: "Courrier ou message",
    EntryKind.ATTEMPT: "Tentative sans réponse",
    EntryKind.PARTNER: "Échange avec un intervenant",
    EntryKind.NOTE: "Note",
}


class Relation(StrEnum):
    FAMILY = "family"
    FRIEND = "friend"
    NEIGHBOUR = "neighbour"
    CHILD = "child"
    GUARDIAN = "guardian"
    WORKER = "worker"
    HEALTH = "health"
    OTHER = "other"


RELATION_LABELS: Final[dict[str, str]] = {
    Relation.FAMILY: "Famille",
    Relation.CHILD: "Enfant",
    Relation.FRIEND: "Ami ou proche",
    Relation.NEIGHBOUR: "Voisinage",
    Relation.GUARDIAN: "Tuteur, curateur, administrateur",
    Relation.WORKER: "Travailleur social, association",
    Relation.HEALTH: "Soignant, aide à domicile",
    Relation.OTHER: "Autre",
}


class Stage(StrEnum):
    """Stages of arrears, from the first unpaid rent to the end, in the order in which they come."""

    ARREARS = "arrears"
    AMICABLE = "amicable"
    PRE_LITIGATION = "pre_litigation"
    NOTICE_TO_PAY = "notice_to_pay"
    SUMMONS = "summons"
    HEARING = "hearing"
    JUDGMENT = "judgment"
    NOTICE_TO_LEAVE = "notice_to_leave"
    FORCE_ASKED = "force_asked"
    FORCE_GRANTED = "force_granted"
    EVICTION = "eviction"
    OVER = "over"


_EVERYWHERE: Final[dict[Stage, str]] = {
    Stage.ARREARS: "Premier impayé",
    Stage.AMICABLE: "Phase amiable : plan d’apurement",
    Stage.PRE_LITIGATION: "Précontentieux : mise en demeure",
    Stage.HEARING: "Audience",
    Stage.JUDGMENT: "Jugement",
    Stage.EVICTION: "Expulsion",
    Stage.OVER: "Fin de la procédure",
}
_ONLY_IN: Final[dict[str, dict[Stage, str]]] = {
    "FR": {
        Stage.NOTICE_TO_PAY: "Commandement de payer",
        Stage.SUMMONS: "Assignation",
        Stage.NOTICE_TO_LEAVE: "Commandement de quitter les lieux",
        Stage.FORCE_ASKED: "Concours de la force publique demandé",
        Stage.FORCE_GRANTED: "Concours de la force publique accordé",
    },
    "BE": {
        Stage.SUMMONS: "Requête ou citation devant le juge de paix",
        Stage.NOTICE_TO_LEAVE: "Signification du jugement",
    },
}


@dataclass(frozen=True, slots=True)
class Phase:
    """Stages that a page shows together."""

    label: str
    stages: tuple[Stage, ...]


_ORDER: Final = tuple(Stage)
PHASES: Final[tuple[Phase, ...]] = (
    Phase("Avant le tribunal", _ORDER[:4]),
    Phase("Au tribunal", _ORDER[4:7]),
    Phase("Après le jugement", _ORDER[7:]),
)


def stage_labels(country: str) -> dict[Stage, str]:
    """The stages that the law of a country knows, in order."""
    known = _EVERYWHERE | _ONLY_IN.get(country, _ONLY_IN["FR"])
    return {stage: known[stage] for stage in Stage if stage in known}


class Moment(StrEnum):
    START = "start"
    END = "end"


MOMENT_LABELS: Final[dict[Moment, str]] = {Moment.START: "Au début", Moment.END: "À la fin"}


class Level(IntEnum):
    NOT_YET = 1
    WITH_HELP = 2
    SOME_SUPPORT = 3
    ALONE = 4


LEVEL_LABELS: Final[dict[Level, str]] = {
    Level.NOT_YET: "Pas encore",
    Level.WITH_HELP: "Avec de l’aide à chaque fois",
    Level.SOME_SUPPORT: "Avec un appui de temps en temps",
    Level.ALONE: "Sans aide",
}


@dataclass(frozen=True, slots=True)
class Axis:
    """One aim of support, with what is looked at."""

    label: str
    items: dict[str, str]


AXES: Final[tuple[Axis, ...]] = (
    Axis(
        "Habiter", {"house_rules": "Vit selon les règles de la maison", "dwelling": "Entretient et garde le logement"}
    ),
    Axis("Gérer", {"rent": "Paie le loyer et les charges", "resources": "Gère ses ressources"}),
    Axis("Agir", {"paperwork": "Fait ses démarches administratives", "rights": "Fait valoir ses droits"}),
)
ITEMS: Final[dict[str, str]] = {code: label for axis in AXES for code, label in axis.items.items()}
