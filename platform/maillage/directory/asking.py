"""What a service asks for before a referral: one line each, those it cannot do without end with an asterisk."""

from collections.abc import Iterator
from dataclasses import dataclass

MARK = "*"
MOST_ASKED = 12


@dataclass(frozen=True, slots=True)
class Asked:
    words: str
    required: bool = False
    document: bool = False

    def __str__(self) -> str:
        return f"{self.words} (indispensable)" if self.required else self.words


def asked_in(text: str, *, document: bool = False) -> list[Asked]:
    """What a field of the service's record asks for, in its order, each thing once."""
    return list(dict.fromkeys(_read(text, document)))


def asked_before(questions: str, documents: str) -> tuple[Asked, ...]:
    """What is asked for when a referral is sent, a few things at most."""
    return (*asked_in(questions), *asked_in(documents, document=True))[:MOST_ASKED]


def _read(text: str, document: bool) -> Iterator[Asked]:
    for line in text.splitlines():
        words = line.strip().rstrip(MARK).strip()
        if words:
            yield Asked(words[:200], required=line.strip().endswith(MARK), document=document)
