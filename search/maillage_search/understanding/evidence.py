"""A clue that the query speaks of something, whichever source gave it."""

from collections.abc import Mapping
from dataclasses import dataclass

FIRST_WEIGHTS = (1.0, 0.6, 0.4, 0.3)


@dataclass(frozen=True, slots=True)
class Evidence:
    theme: str
    data_inclusion: tuple[str, ...]
    """Foreign codes in order of aptness: the first weighs most."""
    strength: float
    because: str

    def concepts(self) -> Mapping[str, float]:
        """Weight of each foreign code, at most this evidence's own strength."""
        weights = FIRST_WEIGHTS + (FIRST_WEIGHTS[-1],) * max(0, len(self.data_inclusion) - len(FIRST_WEIGHTS))
        return {code: weight * self.strength for code, weight in zip(self.data_inclusion, weights, strict=False)}
