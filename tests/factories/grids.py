"""A diagnosis that can be worked out by hand, and the verbs that fill a grid."""

from typing import Any
from uuid import UUID

from maillage.kernel.actor import Actor
from maillage.referrals.grids import service
from maillage.surveys import grids
from maillage.surveys.answers import Answer

DIAGNOSIS: dict[str, dict[str, Answer]] = {
    "household": {"met_on": "2025-10-06", "adults": 2, "children": 2, "why_move": "CANARI-MOTIF trop petit"},
    "resources": {"wages": 1150_00, "family_benefits": 151_04, "resources_note": "Fin de CDD en mars."},
    "charges": {"energy": 95_50, "insurance": 28_00, "telecom": 35_00, "transport": 72_50, "debts": 60_00},
    "dwelling": {"dwelling": "T4, Béthune", "rent": 470_00, "rent_charges": 82_00, "housing_benefit": 218_00},
    "rights": {"minimum": "rsa_four", "rights_checked": "asked"},
    "conclusions": {"measures": ["housing_benefit", "budget"], "advice": "with_measures"},
}
"""Two adults and two children of less than fourteen, in France."""

FLAT: dict[str, Answer] = {code: answer for section in DIAGNOSIS.values() for code, answer in section.items()}


def fill_in(actor: Actor, situation_id: UUID, code: str = "diagnosis", **sections: Any) -> UUID:
    """A draft with these answers by section (those of DIAGNOSIS unless given)."""
    grid_id = service.begin(actor, situation_id=situation_id, code=code)
    for section, given in (sections or DIAGNOSIS).items():
        service.fill(actor, grid_id=grid_id, section=section, given=given)
    return grid_id


def sections_of(code: str) -> list[str]:
    grid = grids.latest(code)
    assert grid is not None
    return [section.code for section in grid.sections]
