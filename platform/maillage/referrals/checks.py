"""What must be right before something is written, with the words that go beside each field."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from enum import Enum

from pydantic import BaseModel

from maillage.kernel import clock
from maillage.kernel.errors import Invalid
from maillage.kernel.working_days import working_days_after
from maillage.referrals import screening
from maillage.referrals.codes import Basis, DeclineReason, Kind, Meeting, Outcome, SituationStatus, Urgency
from maillage.referrals.content import Content, Details, Person, SituationInput, Terms
from maillage.referrals.kinds import KINDS, KindRow
from maillage.referrals.models import Situation
from maillage.referrals.states import Event, Transition
from maillage_search.places import Place, load_places
from maillage_search.taxonomy import load_taxonomy
from maillage_search.text import words

DAYS_TO_ANSWER = {Urgency.NORMAL: 15, Urgency.URGENT: 3, Urgency.EMERGENCY: 1}
LONGEST_DEADLINE = timedelta(days=183)

NEEDED = {
    "question": "Écrivez votre question.",
    "answer": "Écrivez votre réponse.",
    "contact": "Indiquez la personne à contacter chez vous.",
    "date|estimate": "Indiquez la date du premier rendez-vous, ou un délai.",
    "estimate": "Indiquez un délai approximatif.",
    "review_on": "Indiquez quand vous referez le point.",
    "reason": "Indiquez le motif.",
    "outcome": "Choisissez un bilan.",
    "meeting": "Dites ce qu’il en a été.",
    "date": "Indiquez le jour du rendez-vous.",
    "service_id": "Choisissez un service.",
    "called_at": "Indiquez la date et l’heure de l’appel.",
    "spoken_to": "Indiquez à qui vous avez parlé.",
}
WORDS = ("contact", "estimate", "question", "answer", "reason", "note", "spoken_to")
PAST = "Choisissez une date à venir."
FUTURE = "Indiquez une date passée, ou aujourd’hui."
NAMED = "Cette phrase est lue avant d’accepter et semble nommer la personne : retirez son nom et ses coordonnées."


def commune_of(text: str, country: str) -> Place:
    """The commune of an official code (INSEE, NIS), or as people type it. Raises Invalid."""
    return load_places().get("commune", text.upper()) or typed_commune(text, country)


def typed_commune(text: str, country: str) -> Place:
    """The commune of a name or of a postcode that serves only one. Raises Invalid.

    Forms call this first: 62400 is what people of Béthune write, and also the official code of somewhere else.
    """
    places = load_places()
    served = places.by_postcode(text, country) or places.by_postcode(text)
    match = None if served else places.parse(text, country)
    if match is not None:
        named = match.place is not None and match.place.kind == "commune"
        served = [match.place] if named and match.place is not None else list(match.alternatives)
    if len(served) == 1:
        return served[0]
    names = ", ".join(place.name for place in served[:5])
    hint = f"Précisez la commune : {names}." if names else "Indiquez une commune ou un code postal."
    raise Invalid(fields={"commune": hint})


def check_input(given: SituationInput, today: date) -> None:
    """Refuse what no situation may hold, however incomplete. Raises Invalid."""
    wrong: dict[str, str] = {}
    known = load_taxonomy().themes
    if any(code not in known for code in given.themes):
        wrong["themes"] = "Ce besoin n’existe pas dans la liste."
    if given.person.birth_date is not None and given.person.birth_date > today:
        wrong["person.birth_date"] = FUTURE
    for name, text in _texts(given):
        if (why := screening.refusal(text)) is not None:
            wrong[name] = why
    _refuse(wrong)


def _texts(value: BaseModel, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text that was typed, with the path of its field."""
    for name in sorted(value.model_fields_set):
        found = getattr(value, name)
        if isinstance(found, BaseModel):
            yield from _texts(found, f"{path}{name}.")
        elif isinstance(found, str) and not isinstance(found, Enum):
            yield path + name, found


def check_text(text: str, field: str = "text") -> None:
    """Refuse a message that holds what nobody should write. Raises Invalid."""
    if (why := screening.refusal(text)) is not None:
        raise Invalid(fields={field: why})


def missing(situation: Situation, content: Content, kind: Kind = Kind.REFERRAL) -> dict[str, str]:
    """What a partner would need and does not find, by field."""
    wanted: Mapping[str, tuple[object, str]] = {
        "route": (situation.route, "Indiquez s’il s’agit d’un maintien ou d’un accès au logement."),
        "themes": (situation.themes, "Choisissez au moins un besoin."),
        "commune": (situation.commune_code, "Indiquez une commune ou un code postal."),
        "age_band": (situation.age_band, "Indiquez une tranche d’âge."),
        "household": (situation.household, "Indiquez le type de ménage."),
        "need": (content.need, "Décrivez le besoin."),
        "person.first_name": (content.person.first_name, "Indiquez au moins un prénom."),
        "person.address": (content.person.address, "Dites où et comment la trouver."),
    }
    lacking = {name: words for name, (value, words) in wanted.items() if not value}
    return missing_of(lacking, kind) | ({"asked": NAMED} if seems_to_name(content.asked, content.person) else {})


def missing_of(lacking: Mapping[str, str], kind: Kind) -> dict[str, str]:
    """What of this such a handoff asks for: where nobody is named, nobody has to be known. An answer of its own is
    asked for whatever the kind."""
    return {name: words for name, words in lacking.items() if name in KINDS[kind].asks | {"asked"}}


def status_of(situation: Situation, content: Content) -> SituationStatus:
    return SituationStatus.DRAFT if missing(situation, content) else SituationStatus.READY


def check_terms(terms: Terms, today: date, kind: Kind = Kind.REFERRAL) -> None:
    """Refuse dates that cannot be, a consent that was not given, a basis that is none for this. Raises Invalid."""
    wrong: dict[str, str] = {}
    if terms.basis not in KINDS[kind].bases:
        wrong["basis"] = "Choisissez ce qui vous permet de transmettre."
    consent = terms.consent
    if terms.deadline is not None and not today <= terms.deadline <= today + LONGEST_DEADLINE:
        wrong["deadline"] = PAST if terms.deadline < today else "Choisissez une date dans les six mois."
    for name, day in (("informed_on", consent.informed_on), ("given_on", consent.given_on)):
        if day is not None and day > today:
            wrong[f"consent.{name}"] = FUTURE
        elif day is None and terms.basis is Basis.CONSENT:
            wrong[f"consent.{name}"] = "Indiquez la date : sans accord, la situation ne peut pas être transmise."
    if consent.informed_on is not None and consent.given_on is not None and consent.given_on < consent.informed_on:
        wrong["consent.given_on"] = "L’accord ne peut pas précéder l’information : vérifiez les deux dates."
    if consent.expires_on is not None and consent.expires_on < today:
        wrong["consent.expires_on"] = "Cet accord n’est plus valable."
    _refuse(wrong)


def deadline_of(terms: Terms, today: date, country: str) -> date:
    return terms.deadline or usual_deadline(terms.urgency, today, country)


def usual_deadline(urgency: Urgency, today: date, country: str) -> date:
    return working_days_after(today, DAYS_TO_ANSWER[urgency], country)


def seems_to_name(text: str, person: Person) -> bool:
    """Whether a text that is read before acceptance holds the person's name, number or address. A hint, no proof."""
    said = words(text)
    names = {word for name in (person.first_name, person.last_name) for word in words(name) if len(word) > 2}
    digits = "".join(filter(str.isdigit, text))
    number = "".join(filter(str.isdigit, person.phone))[-9:]
    return bool(names & set(said)) or bool(number and number in digits) or bool(person.email and person.email in text)


def check_details(row: Transition, details: Details, today: date) -> None:
    """Refuse an event whose details are missing, misplaced or impossible. Raises Invalid."""
    given = {name for name in details.model_fields_set if getattr(details, name) not in ("", None, {})}
    wrong = {name: "Ce champ ne va pas avec cette action." for name in given - row.details}
    wrong |= {name: why for name in given & set(WORDS) if (why := screening.refusal(getattr(details, name)))}
    for need in row.needs:
        if not given & set(need.split("|")):
            wrong[need.split("|")[0]] = NEEDED[need]
    if row.event is Event.DECLINE and "reason" in given and details.reason not in set(DeclineReason):
        wrong["reason"] = "Choisissez un motif dans la liste."
    if row.event is Event.DECLINE and details.reason == DeclineReason.OTHER and not details.note:
        wrong["note"] = "Précisez le motif."
    if details.called_at is not None and details.called_at > clock.now():
        wrong["called_at"] = "L’appel a déjà eu lieu : vérifiez la date et l’heure."
    if details.review_on is not None and details.review_on < today:
        wrong["review_on"] = PAST
    if row.event is Event.ACCEPT and details.date is not None and details.date < today:
        wrong["date"] = "Choisissez aujourd’hui, ou une date à venir."
    if row.event is Event.START and details.date is not None and details.date > today:
        wrong["date"] = "Le premier contact a déjà eu lieu : choisissez une date passée ou aujourd’hui."
    if row.event is Event.APPOINTMENT:
        wrong |= _wrong_with_appointment(details, today)
    _refuse(wrong)


def _wrong_with_appointment(details: Details, today: date) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if details.date is not None and details.date > today and details.meeting is not Meeting.CANCELLED:
        wrong["date"] = "Ce rendez-vous n’a pas encore eu lieu : vérifiez le jour."
    if details.next_on is not None and details.next_on < today:
        wrong["next_on"] = "Choisissez aujourd’hui, ou une date à venir."
    return wrong


def check_outcome(outcome: Outcome | None, kind: KindRow) -> None:
    """Refuse an end that this kind of handoff does not have. Raises Invalid."""
    if outcome is not None and outcome not in kind.outcomes:
        raise Invalid(fields={"outcome": NEEDED["outcome"]})


def words_of(row: Transition, details: Details) -> dict[str, str]:
    """What people wrote: to be sealed. The reason of a refusal is a code, and not among them."""
    coded = {"reason"} if row.event is Event.DECLINE else set()
    return {name: text for name in WORDS if name not in coded and (text := getattr(details, name))}


def facts_of(row: Transition, details: Details) -> dict[str, str]:
    """Codes and dates: kept in clear, for lists and counts. A consent belongs to the referral that rests on it, and
    answers go sealed with the one that they are for."""
    sealed = {*words_of(row, details), "consent", "answers"}
    dumped = details.model_dump(mode="json", exclude_defaults=True, exclude=sealed)
    return {name: str(value) for name, value in dumped.items()}


def _refuse(wrong: Mapping[str, str]) -> None:
    if wrong:
        raise Invalid(fields=wrong)
