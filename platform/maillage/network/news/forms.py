"""Forms of news."""

from datetime import datetime
from typing import Final
from uuid import UUID

from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import Optional

from maillage.network.news.service import Content
from maillage.network.news.states import TO, To
from maillage.network.wording.forms import WordedForm
from maillage.referrals.forms.fields import Boxes, Choice, Moment
from maillage.web.forms import at_most, choices, required

NOW, LATER, DRAFT = "now", "later", "draft"
WHEN: Final = {NOW: "Tout de suite", LATER: "À une date choisie", DRAFT: "Pas encore : garder le brouillon"}


class NewsForm(WordedForm):
    title = StringField("Titre", [required("Donnez un titre."), at_most(160)])
    text = TextAreaField("Texte", [required("Écrivez votre texte."), at_most(8000)])
    groups = Boxes("Pour quels groupes ?", [required("Choisissez au moins un groupe.")])
    to = RadioField("Pour qui, dans ces groupes ?", choices=choices({row.to: row.label for row in TO.values()}))
    when = RadioField("Quand l’envoyer ?", choices=choices(WHEN), default=DRAFT)
    send_at = Moment("Date et heure de l’envoi", [Optional()])

    def offer(self, groups: dict[UUID, str]) -> "NewsForm":
        self.groups.choices = choices({str(group_id): name for group_id, name in groups.items()})
        if self.groups.data is None and len(groups) == 1:
            self.groups.data = [str(next(iter(groups)))]
        self.to.data = self.to.data or To.EVERYBODY.value
        return self

    def content(self, event_id: UUID | None) -> Content:
        group_ids = tuple(UUID(one) for one in self.groups.data)
        to, nobody = To(self.to.data), self.nobody.data
        return Content(self.title.data, self.text.data, group_ids, to, nobody=nobody, event_id=event_id)

    def lacks_time(self) -> bool:
        """Said beside its field: a date to choose that was not chosen."""
        lacking = self.when.data == LATER and self.send_at.data is None
        if lacking:
            self.send_at.errors = [*self.send_at.errors, "Indiquez la date et l’heure de l’envoi."]
        return lacking

    @property
    def leaves_at(self) -> datetime | None:
        return self.send_at.data if self.when.data == LATER else None


class CommentForm(WordedForm):
    text = TextAreaField("Votre commentaire", [required("Écrivez votre commentaire."), at_most(2000)])


class RelayForm(WordedForm):
    group_id = Choice("À quel groupe ?", [required("Choisissez un groupe.")])
    word = TextAreaField(
        "Votre mot au groupe", [required("Ajoutez un mot : pourquoi cela les concerne."), at_most(600)]
    )

    def offer(self, groups: dict[UUID, str]) -> "RelayForm":
        self.group_id.choices = choices({str(group_id): name for group_id, name in groups.items()})
        if self.group_id.data is None and len(groups) == 1:
            self.group_id.data = str(next(iter(groups)))
        return self
