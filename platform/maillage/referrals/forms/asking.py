"""What services ask for before a referral, as fields of a form: one for each thing asked."""

from collections.abc import Iterable, Iterator
from typing import Any

from wtforms import BooleanField, StringField

from maillage.directory.asking import Asked
from maillage.directory.queries import ReferableService
from maillage.referrals.preparing import LONGEST, READY, Answers
from maillage.web.forms import Form, at_most, required


class Answer(StringField):
    """What a service asks for, in words."""


class Document(BooleanField):
    """A paper that a service asks for: at hand, or not yet."""


def answer_fields(services: Iterable[ReferableService]) -> dict[str, Any]:
    return {
        answer_name(service, index): _answer(asked) for service in services for index, asked in enumerate(service.asks)
    }


def answer_name(service: ReferableService, index: int) -> str:
    return f"asked-{service.id}-{index}"


def said_in(form: Form, services: Iterable[ReferableService]) -> Answers:
    """What was said to each service, by what it asked."""
    return {service.id: dict(_said_to(form, service)) for service in services}


def _said_to(form: Form, service: ReferableService) -> Iterator[tuple[str, str]]:
    for index, asked in enumerate(service.asks):
        given = form[answer_name(service, index)].data
        yield asked.words, (READY if given else "") if asked.document else given or ""


def _answer(asked: Asked) -> StringField | BooleanField:
    needed = [required("Ce service ne peut pas répondre sans.")] if asked.required else []
    return Document(asked.words, needed) if asked.document else Answer(asked.words, [*needed, at_most(LONGEST)])
