"""Words for people, and how the journal tells what was done in a roster."""

from typing import Final

from maillage.network.roster.models import AnswerKind, Project, TextKind

AXES: Final[dict[str, str]] = {
    "dwelling": "Pédagogie de l’habiter",
    "arrears": "Lutte contre les impayés",
    "rehousing": "Soutien au relogement",
}
PROJECTS: Final[dict[str, str]] = {
    Project.RUNNING: "Projet en cours",
    Project.PREPARING: "Projet en préparation",
    Project.NONE: "Pas encore de projet",
}
TEXTS: Final[dict[str, str]] = {TextKind.DEFINITION: "Définition", TextKind.NOTE: "Note officielle"}
ANSWERS: Final[dict[str, str]] = {
    AnswerKind.NUMBER: "Un nombre",
    AnswerKind.TEXT: "Un texte",
    AnswerKind.YES_NO: "Oui ou non",
}
ACTIONS: Final[dict[str, str]] = {
    "roster.sheet": "a modifié la fiche d’une organisation dans le réseau",
    "roster.text": "a publié un texte officiel du réseau",
    "roster.report_made": "a préparé un rapport annuel",
    "roster.report_sent": "a envoyé un rapport annuel aux organisations",
    "roster.report_handed_in": "a rendu le rapport annuel",
    "roster.report_exported": "a exporté un rapport annuel",
}
