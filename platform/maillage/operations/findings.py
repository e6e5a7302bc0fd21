"""What a check says: one line, and where it is not fine what somebody does about it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    FINE = "ok"
    ADVICE = "advice"  # nothing is broken: better so
    WRONG = "FAILED"


@dataclass(frozen=True, slots=True)
class Finding:
    name: str
    standing: Standing
    told: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.name}: {self.standing}, {self.told}" + (f". {self.remedy}" if self.remedy else "")


def fine(name: str, told: str) -> Finding:
    return Finding(name, Standing.FINE, told)


def advice(name: str, told: str, remedy: str) -> Finding:
    return Finding(name, Standing.ADVICE, told, remedy)


def wrong(name: str, told: str, remedy: str) -> Finding:
    return Finding(name, Standing.WRONG, told, remedy)


def looked(name: str, remedy: str, look: Callable[[], Finding]) -> Finding:
    """What a check found; one that stumbles is a finding too, by its error's class: its text may hold a password."""
    try:
        return look()
    except Exception as error:
        return wrong(name, f"{type(error).__name__}", remedy)


def any_wrong(found: Iterable[Finding]) -> bool:
    return any(one.standing is Standing.WRONG for one in found)
