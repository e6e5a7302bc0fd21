"""The closed lists of a referral, each with its words for people. Codes are stored, exchanged and counted."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final


class Side(StrEnum):
    SENDER = "sender"
    RECEIVER = "receiver"


OBSERVER: Final = "observer"  # the part of an organisation further up a chain: what became of it, and no content


class Route(StrEnum):
    """Where the household stands: a tenant in place, or about to enter social housing."""

    MAINTIEN = "maintien"
    ACCES = "acces"


class Kind(StrEnum):
    """What is handed over: a household to support, a question about one whom nobody names, something to be done by a
    colleague or a team of the same organisation, or somebody to go and meet who has agreed to nothing yet."""

    REFERRAL = "referral"
    ADVICE = "advice"
    INTERNAL = "internal"
    OUTREACH = "outreach"


class Way(StrEnum):
    """How a referral was made."""

    PAGE = "page"
    API = "api"
    PHONE = "phone"


class Voice(StrEnum):
    """Whose answers a referral holds: the receiver's own, or what its sender notes after calls. Of `ALONE`, whose
    receiver nobody reaches through the platform, it is never told and never reads."""

    OWN = "own"
    NOTED = "noted"
    ALONE = "alone"


class Agreed(StrEnum):
    """How a call ended."""

    ACCEPTED = "accepted"
    WAITLISTED = "waitlisted"
    DECLINED = "declined"
    CALL_BACK = "call_back"


class AgeBand(StrEnum):
    UNDER_18 = "under_18"
    FROM_18 = "18_25"
    FROM_26 = "26_39"
    FROM_40 = "40_59"
    FROM_60 = "60_74"
    FROM_75 = "75_plus"
    UNKNOWN = "unknown"


class HouseholdType(StrEnum):
    ALONE = "alone"
    COUPLE = "couple"
    COUPLE_WITH_CHILDREN = "couple_with_children"
    SINGLE_PARENT = "single_parent"
    OTHER = "other"
    UNKNOWN = "unknown"


class ContactChannel(StrEnum):
    PHONE = "phone"
    SMS = "sms"
    EMAIL = "email"
    POST = "post"
    VISIT = "visit"
    VIA_SENDER = "via_sender"


class Mode(StrEnum):
    """How several receivers of one situation relate. Nobody is ever told that another one was first."""

    FIRST_ACCEPTS = "first_accepts"
    EACH_MAY_ACT = "each_may_act"


class SharingLevel(StrEnum):
    MINIMAL = "minimal"
    STANDARD = "standard"
    FULL = "full"


class Urgency(StrEnum):
    NORMAL = "normal"
    URGENT = "urgent"
    EMERGENCY = "emergency"


class Basis(StrEnum):
    """What allows the sender to pass the situation on. There is no default: somebody decides it each time."""

    CONSENT = "consent"
    SHARED_SECRET = "shared_secret"
    CONCERTATION = "concertation"
    LEGAL_DUTY = "legal_duty"
    ANONYMOUS = "anonymous"
    SAME_CONTROLLER = "same_controller"
    INTEREST = "interest"
    PUBLIC_TASK = "public_task"


class DeclineReason(StrEnum):
    NO_CAPACITY = "no_capacity"
    OUT_OF_AREA = "out_of_area"
    OUT_OF_MISSION = "out_of_mission"
    CONDITIONS_NOT_MET = "conditions_not_met"
    BETTER_PLACED = "better_placed"
    NO_LONGER_OFFERED = "no_longer_offered"
    WRONG_RECIPIENT = "wrong_recipient"
    OTHER = "other"


class Outcome(StrEnum):
    COVERED = "covered"
    PARTLY = "partly"
    NOT_COVERED = "not_covered"
    CONTACT_RESTORED = "contact_restored"
    UNREACHABLE = "unreachable"
    NO_LONGER_WANTED = "no_longer_wanted"
    AGREED = "agreed"
    REFUSED = "refused"


class Why(StrEnum):
    """Why somebody is met who asked for nothing: words that say nothing of what they live through."""

    SILENT = "silent"
    NEWS = "news"
    MEET = "meet"
    NEARBY = "nearby"


class Meeting(StrEnum):
    """What became of an appointment with the person."""

    KEPT = "kept"
    MISSED = "missed"
    CANCELLED = "cancelled"


class Intensity(StrEnum):
    ONE_OFF = "one_off"
    LIGHT = "light"
    REGULAR = "regular"
    INTENSIVE = "intensive"


class HoldReason(StrEnum):
    """Why a partner is not reminded for a while."""

    AGREED = "agreed"
    CLOSED = "closed"
    CALLED = "called"
    OTHER = "other"


class RevealReason(StrEnum):
    """Why somebody opens an identity."""

    CONTACT = "contact"
    APPOINTMENT = "appointment"
    CHECK = "check"
    HANDOVER = "handover"
    OTHER = "other"


class SituationStatus(StrEnum):
    """`ready`: nothing that a partner needs is missing."""

    DRAFT = "draft"
    READY = "ready"


LABELS: Final[dict[type[StrEnum], Mapping[str, str]]] = {
    Meeting: {
        Meeting.KEPT: "La personne est venue",
        Meeting.MISSED: "La personne n’est pas venue",
        Meeting.CANCELLED: "Le rendez-vous a été annulé",
    },
    Side: {Side.SENDER: "Prescripteur", Side.RECEIVER: "Structure réceptrice"},
    Route: {Route.MAINTIEN: "Maintien dans le logement", Route.ACCES: "Accès au logement"},
    Kind: {
        Kind.REFERRAL: "Orientation",
        Kind.ADVICE: "Demande de conseil",
        Kind.INTERNAL: "Demande interne",
        Kind.OUTREACH: "Aller vers",
    },
    Way: {Way.PAGE: "Par Maillage", Way.API: "Par un logiciel relié", Way.PHONE: "Par téléphone"},
    Voice: {
        Voice.OWN: "Le partenaire répond",
        Voice.NOTED: "Le prescripteur note les réponses",
        Voice.ALONE: "Le prescripteur note les réponses, le partenaire ne lit rien ici",
    },
    Agreed: {
        Agreed.ACCEPTED: "Le partenaire accepte",
        Agreed.WAITLISTED: "Il met en liste d’attente",
        Agreed.DECLINED: "Il décline",
        Agreed.CALL_BACK: "Il rappellera",
    },
    AgeBand: {
        AgeBand.UNDER_18: "Moins de 18 ans",
        AgeBand.FROM_18: "18 à 25 ans",
        AgeBand.FROM_26: "26 à 39 ans",
        AgeBand.FROM_40: "40 à 59 ans",
        AgeBand.FROM_60: "60 à 74 ans",
        AgeBand.FROM_75: "75 ans et plus",
        AgeBand.UNKNOWN: "Âge non précisé",
    },
    HouseholdType: {
        HouseholdType.ALONE: "Personne seule",
        HouseholdType.COUPLE: "Couple sans enfant",
        HouseholdType.COUPLE_WITH_CHILDREN: "Couple avec enfants",
        HouseholdType.SINGLE_PARENT: "Parent seul avec enfants",
        HouseholdType.OTHER: "Autre ménage",
        HouseholdType.UNKNOWN: "Ménage non précisé",
    },
    ContactChannel: {
        ContactChannel.PHONE: "Téléphone",
        ContactChannel.SMS: "SMS",
        ContactChannel.EMAIL: "E-mail",
        ContactChannel.POST: "Courrier",
        ContactChannel.VISIT: "Visite",
        ContactChannel.VIA_SENDER: "Par le prescripteur",
    },
    Mode: {
        Mode.FIRST_ACCEPTS: "Le premier partenaire qui accepte",
        Mode.EACH_MAY_ACT: "Chaque partenaire peut agir",
    },
    SharingLevel: {
        SharingLevel.MINIMAL: "Le minimum : prénom et façon de joindre la personne",
        SharingLevel.STANDARD: "L’essentiel : identité, téléphone et besoin",
        SharingLevel.FULL: "Tout ce qui a été saisi",
    },
    Urgency: {Urgency.NORMAL: "Normale", Urgency.URGENT: "Urgente", Urgency.EMERGENCY: "Immédiate"},
    Basis: {
        Basis.CONSENT: "Accord de la personne",
        Basis.SHARED_SECRET: "Secret professionnel partagé",
        Basis.CONCERTATION: "Concertation prévue par la loi",
        Basis.LEGAL_DUTY: "Obligation légale",
        Basis.ANONYMOUS: "Personne n’est nommé",
        Basis.SAME_CONTROLLER: "Dans la même organisation, le strict nécessaire",
        Basis.INTEREST: "Intérêt légitime, mis en balance",
        Basis.PUBLIC_TASK: "Mission d’intérêt public",
    },
    DeclineReason: {
        DeclineReason.NO_CAPACITY: "Plus de place actuellement",
        DeclineReason.OUT_OF_AREA: "Hors de notre territoire",
        DeclineReason.OUT_OF_MISSION: "Hors de nos missions",
        DeclineReason.CONDITIONS_NOT_MET: "Conditions d’accès non remplies",
        DeclineReason.BETTER_PLACED: "Un autre partenaire est mieux placé",
        DeclineReason.NO_LONGER_OFFERED: "Ce service n’est plus proposé",
        DeclineReason.WRONG_RECIPIENT: "Reçue par erreur",
        DeclineReason.OTHER: "Autre motif",
    },
    Outcome: {
        Outcome.COVERED: "Besoin couvert",
        Outcome.PARTLY: "Besoin couvert en partie",
        Outcome.NOT_COVERED: "Besoin non couvert",
        Outcome.CONTACT_RESTORED: "Contact rétabli avec la personne",
        Outcome.UNREACHABLE: "Personne injoignable",
        Outcome.NO_LONGER_WANTED: "La personne ne le souhaite plus",
        Outcome.AGREED: "La personne est d’accord pour une orientation",
        Outcome.REFUSED: "La personne ne le souhaite pas",
    },
    Why: {
        Why.SILENT: "Elle ne répond plus à nos courriers ni à nos passages",
        Why.NEWS: "Prendre de ses nouvelles",
        Why.MEET: "Lui proposer de rencontrer quelqu’un d’extérieur",
        Why.NEARBY: "Lui faire connaître ce qui existe près de chez elle",
    },
    Intensity: {
        Intensity.ONE_OFF: "Ponctuel",
        Intensity.LIGHT: "Léger",
        Intensity.REGULAR: "Régulier",
        Intensity.INTENSIVE: "Intensif",
    },
    HoldReason: {
        HoldReason.AGREED: "C’est convenu avec le partenaire",
        HoldReason.CLOSED: "Le partenaire est fermé ou en congés",
        HoldReason.CALLED: "Nous nous parlons déjà de vive voix",
        HoldReason.OTHER: "Autre raison",
    },
    RevealReason: {
        RevealReason.CONTACT: "Prendre contact",
        RevealReason.APPOINTMENT: "Préparer un rendez-vous",
        RevealReason.CHECK: "Vérifier une information",
        RevealReason.HANDOVER: "Remplacer un collègue",
        RevealReason.OTHER: "Autre raison",
    },
    SituationStatus: {SituationStatus.DRAFT: "Brouillon", SituationStatus.READY: "Prête"},
}


def label(code: StrEnum) -> str:
    """The words for one code."""
    return LABELS[type(code)][code]


def enumerations() -> Iterator[tuple[str, Mapping[str, str]]]:
    """Name and labels of every list, for the API's description."""
    for kind, labels in LABELS.items():
        yield kind.__name__, {str(code): words for code, words in labels.items()}
