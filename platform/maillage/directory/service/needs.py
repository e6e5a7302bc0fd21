"""What people looked for in vain: the gaps of a territory, counted without anybody in them."""

from collections.abc import Iterable

from maillage.directory.models import UnmetNeed
from maillage.directory.vocabulary import UnmetKind, publics, themes
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage_search.places import Place, load_places


def record_unmet_need(
    actor: Actor | None,
    *,
    kind: UnmetKind,
    theme_codes: Iterable[str],
    public_codes: Iterable[str],
    place: Place | None,
) -> None:
    """Count one search that failed. Codes that the vocabularies do not know are left out."""
    need = UnmetNeed(
        kind=kind,
        themes=[code for code in theme_codes if code in themes()],
        publics=[code for code in public_codes if code in publics()],
        area=_territory(place) if place else "",
        org_id=actor.org_id if actor else None,
    )
    with transaction() as session:
        session.add(need)


def _territory(place: Place) -> str:
    """Wider than a commune: a rare need in a village would point at one household."""
    tokens = [*load_places().area_tokens(place), f"{place.kind}:{place.code}"]
    return next((token for token in tokens if not token.startswith(("commune:", "postcode:"))), "")
