"""Asking a colleague or a team."""

from collections.abc import Mapping
from typing import Any

from wtforms import SelectField, TextAreaField
from wtforms.fields import SelectChoice

from maillage.kernel.ids import parse_id
from maillage.referrals.codes import LABELS, SharingLevel, Urgency
from maillage.referrals.forms.fields import Choice, Day, VerbForm
from maillage.referrals.handover.queries import Addressees
from maillage.referrals.handover.service import UNKNOWN, To
from maillage.web.forms import at_most, choices, required

TEAM, PERSON = "team:", "user:"
TEAMS, PEOPLE = "Équipes", "Collègues"


class HandOverForm(VerbForm):
    to = SelectField("À qui ?", [required(UNKNOWN)], validate_choice=False)
    question = TextAreaField(
        "Que demandez-vous ?",
        [required("Dites ce que vous demandez."), at_most(4000)],
        description="Lu avant l’acceptation, par toute l’équipe si vous en choisissez une : sans nom ni coordonnées.",
    )
    urgency = Choice("Est-ce urgent ?", [required("Dites si c’est urgent.")])
    sharing_level = Choice("Que transmettez-vous avec ?", [required("Choisissez ce que vous partagez.")])
    deadline = Day("Réponse souhaitée au plus tard le")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.urgency.choices = choices(LABELS[Urgency])
        self.sharing_level.choices = choices(LABELS[SharingLevel])

    def offer(self, found: Addressees) -> None:
        people = {f"{PERSON}{it.user_id}": _said(it.name, it.job_title, it.team) for it in found.people}
        teams = {f"{TEAM}{team}": team for team in found.teams}
        self.to.choices = [SelectChoice("", "Choisir"), *_group(TEAMS, teams), *_group(PEOPLE, people)]

    def chosen(self) -> To:
        """Whom the form names; nobody at all, for what is none of the options."""
        given = self.to.data or ""
        if given.startswith(TEAM):
            return To(team=given.removeprefix(TEAM))
        return To(user_id=parse_id(given.removeprefix(PERSON)))


def _group(name: str, labels: Mapping[str, str]) -> list[SelectChoice]:
    return [SelectChoice(value, label, optgroup=name) for value, label in labels.items()]


def _said(*words: str | None) -> str:
    return ", ".join(word for word in words if word)
