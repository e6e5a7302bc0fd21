"""What stands behind a handoff, in rows that people read."""

from maillage.referrals.consent.codes import CONSENTERS, INTERPRETERS, TOLD
from maillage.referrals.consent.content import Ground


def ground_rows(ground: Ground) -> list[dict[str, str]]:
    """Only what was said."""
    rows = [
        {"term": "Strictement nécessaire", "value": ground.necessary},
        {"term": "Texte ou décision", "value": ground.legal_text},
        {"term": "Cercle du secret", "value": ground.mandate},
        {"term": "Opposition", "value": "La personne s’y opposait" if ground.opposed else ""},
        {"term": "Informée par", "value": ground.told_by},
        {"term": "Comment", "value": TOLD[ground.told] if ground.told else ""},
        {"term": "Interprète", "value": INTERPRETERS[ground.interpreter] if ground.interpreter else ""},
        {"term": "Accord donné par", "value": CONSENTERS[ground.consenter] if ground.consenter else ""},
        {"term": "Ce qu’en dit la personne", "value": ground.own_view},
    ]
    return [row for row in rows if row["value"]]
