"""How an organisation's journal tells what was done in the directory."""

from typing import Final

ACTIONS: Final[dict[str, str]] = {
    "profile.updated": "a modifié la présentation de l’organisation",
    "service.created": "a ajouté un service",
    "service.drafted": "a enregistré un brouillon de service",
    "service.proposed": "a proposé une version à valider",
    "service.published": "a publié un service",
    "service.hidden": "a masqué un service",
    "service.closed": "a retiré un service qui n’existe plus",
    "service.revision_approved": "a validé une version d’un service",
    "service.revision_rejected": "a refusé une version d’un service",
    "service.capacity": "a mis à jour les places d’un service",
    "service.confirmed": "a confirmé qu’une fiche est exacte",
    "service.reported": "a signalé une erreur sur une fiche",
    "service.report_settled": "a répondu à un signalement",
    "directory.imported": "a importé des fiches",
    "search.rebuilt": "a refait l’index de recherche",
}
