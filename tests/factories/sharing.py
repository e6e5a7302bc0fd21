"""What is shared in the networks of the world of attackers."""

from dataclasses import replace
from typing import TYPE_CHECKING

from factories.networked import OURS, THEIRS
from maillage.kernel.uploads import Upload
from maillage.network.groups.models import Audience
from maillage.network.resources import service
from maillage.network.resources.kinds import Kind, Licence
from maillage.network.resources.service import File, Told

if TYPE_CHECKING:
    from factories.world import Scene

SHEET = Told(
    kind=Kind.EXPERIENCE,
    title="Un café au pied de l’immeuble",
    summary="Renouer avec des locataires qui n’ouvraient plus.",
    licence=Licence.NETWORK,
    audience=Audience.GROUP,
    parts={
        "context": "Quarante logements, trois paliers fermés.",
        "done": "Un café chaque mardi, avec la gardienne.",
        "cost": "60 € par mois.",
        "result": "Onze ménages revus en deux mois.",
        "contact": "Le service social de la société.",
    },
    themes=("elderly-isolation",),
)
BOOKLET = replace(
    SHEET, kind=Kind.WELCOME, title="Livret d’accueil en images", parts={"done": "À relire ensemble."}, themes=()
)


def a_file(name: str = "livret.pdf", words: str = "") -> File:
    """As it comes out of the checks."""
    return File(Upload(name, "application/pdf", f"%PDF- {words}".encode()), words)


def populate(scene: "Scene") -> None:
    for key, known, mark in (("A.referent", OURS, 7860), ("D.intake", THEIRS, 7870)):
        group_id = next(one.id for one in scene.things_named("group_id") if one.known_to == frozenset(known))
        told = f"CANARI-RESOURCE-{mark}", f"CANARI-SUMMARY-{mark + 1}", f"CANARI-FILE-{mark + 2}"
        said = replace(BOOKLET, title=f"Livret {told[0]}", summary=f"Repère {told[1]}")
        resource_id = service.share(scene.actor(key), group_id=group_id, told=said, file=a_file(words=told[2]))
        scene.add("resource_id", resource_id, *known)
        scene.world["canaries"] += [{"text": text, "readers": list(known)} for text in told]
