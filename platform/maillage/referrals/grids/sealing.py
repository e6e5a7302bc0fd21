"""Answers are sealed under the key of the person's situation, bound to their row: they end when that key ends."""

from maillage.kernel.crypto import seal, unseal
from maillage.referrals.content import Value
from maillage.referrals.grids.models import FilledGrid
from maillage.referrals.sealing import context
from maillage.surveys.answers import Answer


class Filling(Value):
    answers: dict[str, Answer] = {}


def seal_answers(key: bytes, row: FilledGrid, answers: dict[str, Answer]) -> bytes:
    return seal(key, Filling(answers=answers).model_dump(mode="json"), _place(row))


def open_answers(key: bytes, row: FilledGrid) -> dict[str, Answer]:
    return Filling.model_validate(unseal(key, row.sealed, _place(row))).answers


def _place(row: FilledGrid) -> str:
    return context("filled_grid", row.id, "answers", row.org_id)
