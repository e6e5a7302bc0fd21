"""The copy that a person receives, in words: the same as the file, to be read and printed."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from maillage.referrals.codes import (
    AgeBand,
    Basis,
    HouseholdType,
    Outcome,
    Route,
    SharingLevel,
    label,
)
from maillage.referrals.consent.content import Ground
from maillage.referrals.consent.words import ground_rows
from maillage.referrals.content import Person, SafeContact
from maillage.referrals.rights.codes import BY_THEME, Term
from maillage.referrals.states import EVENT_LABELS, STATES, Event, State
from maillage.referrals.views import words
from maillage.referrals.views.situations import Row, person_rows
from maillage.web.templating import day

Part = tuple[str, list[Row]]


def parts(content: Mapping[str, Any]) -> list[Part]:
    """A title and its rows for the situation, each referral, the file of the person, the grids about them."""
    return [
        *_situation(content["situation"]),
        *_referrals(content["referrals"]),
        *_file(content["file"]),
        *_filled_grids(content["filled_grids"]),
    ]


def longer_terms() -> dict[Term, list[str]]:
    """The terms that differ from the usual one, with the words of their themes."""
    found: dict[Term, list[str]] = {}
    for theme, term in BY_THEME.items():
        found.setdefault(term, []).extend(words.theme_labels([theme]))
    return found


def _situation(told: Mapping[str, Any]) -> Iterator[Part]:
    yield (
        "Ce qui est noté",
        _filled(
            {"term": "Besoin", "value": ", ".join(words.theme_labels(told["themes"]))},
            {"term": "Ce qui est demandé", "value": told["asked"]},
            {"term": "En détail", "value": told["need"]},
            {"term": "Commune", "value": words.commune_name(told["commune"])},
            {"term": "Ménage", "value": label(HouseholdType(told["household"])) if told["household"] else ""},
            {"term": "Âge", "value": label(AgeBand(told["age_band"])) if told["age_band"] else ""},
            {"term": "Cadre", "value": label(Route(told["route"])) if told["route"] else ""},
            {"term": "Écrit le", "value": _on(told["written_on"])},
            {"term": "Modifié le", "value": _on(told["changed_on"])},
        ),
    )
    yield "Identité et contact", _identity(told)


def _referrals(told: Sequence[Mapping[str, Any]]) -> Iterator[Part]:
    for it in told:
        yield (
            f"Transmis à {it['received_by']}",
            _filled(
                {"term": "Par", "value": it["sent_by"]},
                {"term": "Service", "value": it["service"]},
                {"term": "Le", "value": _on(it["sent_on"])},
                {"term": "Où cela en est", "value": STATES[State(it["state"])].label},
                {"term": "Bilan", "value": label(Outcome(it["outcome"])) if it["outcome"] else ""},
                {"term": "Fondement", "value": label(Basis(it["basis"]))},
                {"term": "Ce qui est dit de ce fondement", "value": _ground(it.get("ground", {}))},
                {"term": "Informé le", "value": _on(it["informed_on"])},
                {"term": "Accord donné le", "value": _on(it["consent_given_on"])},
                {"term": "Partage", "value": label(SharingLevel(it["sharing_level"]))},
                {"term": "Identité lue par", "value": [f"{look['by']}, {_on(look['on'])}" for look in it["read_by"]]},
                {"term": "Étapes", "value": [_step(step) for step in it.get("steps", ())]},
                {
                    "term": "Messages",
                    "value": [f"{_on(m['on'])}, {m['by']} : {m['text']}" for m in it.get("messages", ())],
                },
            ),
        )
        if it.get("identity"):
            yield f"Identité transmise à {it['received_by']}", _identity(it["identity"])


def _ground(told: Mapping[str, Any]) -> list[str]:
    return [f"{row['term']} : {row['value']}" for row in ground_rows(Ground.model_validate(told))]


def _file(told: Mapping[str, Any]) -> Iterator[Part]:
    if told["content"]:
        yield "Dossier de suivi", [{"term": "Noté", "value": sorted(_said(told["content"]))}]
    if told["entries"]:
        lines = [f"{_on(it['on'])} : {' · '.join(_said(it['words']))}" for it in told["entries"]]
        yield "Visites, appels et essais", [{"term": "Noté", "value": lines}]
    for grid in told["grids"]:
        yield f"Autonomie, {_on(grid['on'])}", [{"term": "Noté", "value": list(_said(grid["words"]))}]


def _filled_grids(grids: Sequence[Mapping[str, Any]]) -> Iterator[Part]:
    for told in grids:
        rows = [{"term": it["question"], "value": it["answer"]} for it in (*told["answers"], *told["computed"])]
        yield f"{told['grid']}, {_on(told['on'])}", rows


def _said(told: Any) -> Iterator[str]:
    """Every word of a content, whatever its shape."""
    if isinstance(told, Mapping):
        told = list(told.values())
    if isinstance(told, list):
        for inner in told:
            yield from _said(inner)
    elif told not in (None, "", False):
        yield "oui" if told is True else str(told)


def _identity(told: Mapping[str, Any]) -> list[Row]:
    return _filled(
        *person_rows(Person.model_validate(told["person"]), SafeContact.model_validate(told["safe_contact"])),
    )


def _step(step: Mapping[str, Any]) -> str:
    said = " ".join(f"{value}" for value in step["words"].values())
    head = f"{_on(step['on'])}, {step['by'] or 'Maillage'} : {EVENT_LABELS[Event(step['event'])]}"
    return f"{head}. {said}" if said else head


def _filled(*rows: Row) -> list[Row]:
    return [row for row in rows if row["value"]]


def _on(text: str | None) -> str:
    return day(date.fromisoformat(text)) if text else ""
