"""Where a commune is so small that age and household would tell who it is, the card names a larger place.

k: below 2 000 inhabitants, a rare pair of the card (a single parent under 26, say, about one person in 400) would be
fewer than 5 people. docs/adr/0015.
"""

from typing import Final

from maillage_search.place_data import Kind
from maillage_search.places import Place, load_places

FEWEST_INHABITANTS: Final = 2000


def place_of(commune_code: str) -> dict[str, str]:
    """The place as a card tells it: its `commune_code`, or the `area` around it."""
    commune = load_places().get("commune", commune_code)
    if commune is None or commune.population >= FEWEST_INHABITANTS:
        return {"commune_code": commune_code}
    around: tuple[tuple[Kind, str], ...] = (
        ("epci", commune.epci),
        ("departement", commune.departement),
        ("province", commune.province),
        ("region", commune.region),
    )
    area = next((f"{kind}:{code}" for kind, code in around if code and load_places().get(kind, code)), "")
    return {"area": area} if area else {"commune_code": commune_code}


def known_place(named: str) -> Place | None:
    """The place behind "kind:code"."""
    kind, _, code = named.partition(":")
    kinds: dict[str, Kind] = {
        "commune": "commune", "epci": "epci", "departement": "departement", "province": "province", "region": "region",
    }  # fmt: skip
    return load_places().get(kinds[kind], code) if kind in kinds else None
