"""What the pages say of programs, attempts and what was told."""

from typing import Final

from maillage.notifications.webhooks.models import Webhook, WebhookAttempt
from maillage.notifications.webhooks.pacing import Outcome, Stop
from maillage.notifications.webhooks.queries import Line
from maillage.notifications.webhooks.service import TEST

OUTCOMES: Final[dict[str, str]] = {
    Outcome.DELIVERED: "Reçu",
    Outcome.REFUSED: "Refusé par le logiciel",
    Outcome.MOVED: "Redirigé ailleurs : nous ne suivons pas",
    Outcome.GONE: "Le logiciel ne veut plus être prévenu",
    Outcome.SLOW: "Pas de réponse à temps",
    Outcome.UNREACHABLE: "Serveur injoignable",
    Outcome.FORBIDDEN: "Adresse interdite : elle n’est pas publique",
}
STOPS: Final[dict[str | None, str]] = {
    Stop.GONE: "Il a répondu qu’il ne voulait plus être prévenu (410).",
    Stop.FAILING: "Aucun envoi n’est arrivé pendant cinq jours.",
}
Pill = tuple[str, str]


def standing(webhook: Webhook) -> tuple[str, str, str]:
    """A word, its tone, and why."""
    if webhook.stopped_at is not None:
        return "Arrêté", "red", STOPS.get(webhook.stopped_because, "")
    if webhook.paused_at is not None:
        return "En pause", "grey", "Ce qui arrive est gardé et partira à la reprise."
    if webhook.failing_since is not None:
        return "En difficulté", "amber", "Les derniers envois ne sont pas arrivés. Nous réessayons."
    return "Prévenu", "green", ""


def kind(code: str) -> str:
    return "Essai" if code == TEST else code


def fate(line: Line) -> Pill:
    """What became of one thing told."""
    if line.delivery.next_at is not None:
        return ("À réessayer", "amber") if line.attempts else ("En attente", "blue")
    arrived = bool(line.attempts) and line.attempts[-1].outcome == Outcome.DELIVERED
    return ("Reçu", "green") if arrived else ("Abandonné", "red")


def attempt(row: WebhookAttempt) -> str:
    said = OUTCOMES.get(row.outcome, row.outcome)
    status = f" ({row.status})" if row.status is not None else ""
    return f"{said}{status}, en {row.milliseconds} ms"
