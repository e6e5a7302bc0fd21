"""A directory of any size: real records again and again, in communes drawn by their population."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from random import Random

from maillage_search.place_data import read_gazetteer
from maillage_search.port import ServiceDocument

SPREAD = 0.02
"""Degrees around the middle of a commune."""


def replicated(documents: Sequence[ServiceDocument], count: int, seed: int) -> Iterator[ServiceDocument]:
    """The same `count` documents at each call with this seed; those of a smaller count begin it."""
    random = Random(seed)
    places = [place for (kind, _), place in read_gazetteer().by_code.items() if kind == "commune"]
    communes = sorted((one for one in places if one.country == "FR" and one.population), key=lambda one: one.code)
    weights = list(accumulate(one.population for one in communes))
    for number in range(count):
        model = random.choice(documents)
        (commune,) = random.choices(communes, cum_weights=weights)
        yield replace(
            model,
            id=f"{number:09d}",
            name=f"{model.name} {commune.name}" if number >= len(documents) else model.name,
            commune=commune.name,
            commune_code=commune.code,
            lat=commune.lat + random.uniform(-SPREAD, SPREAD),
            lon=commune.lon + random.uniform(-SPREAD, SPREAD),
            areas=(f"commune:{commune.code}",),
        )
