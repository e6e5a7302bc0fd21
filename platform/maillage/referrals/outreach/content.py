"""What is written of somebody who has agreed to nothing: where to find them, and how not to harm them."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from maillage.referrals.codes import Basis, ContactChannel, Urgency, Why
from maillage.referrals.consent.content import Ground
from maillage.referrals.content import Line, Person, SafeContact, Sealed, Value

Said = Annotated[str, StringConstraints(max_length=200, min_length=1)]


class Outreach(Value):
    """`find`: an address, or a place and hours. `words`: how to introduce oneself without danger. There is no need, no
    theme and no description to give. `after`: the request that came to nothing, about the same person."""

    service_id: UUID
    commune: Said
    find: Said
    first_name: Line = ""
    hours: Line = ""
    words: Line = ""
    why: Why
    urgency: Urgency = Urgency.NORMAL
    basis: Annotated[Basis, Field(description="interest or public_task")]
    ground: Ground = Ground()
    after: UUID | None = None

    def content(self, asked: str) -> Sealed:
        return Sealed(
            asked=asked,
            person=Person(first_name=self.first_name, address=self.find),
            safe_contact=SafeContact(channels=(ContactChannel.VISIT,), hours=self.hours, words=self.words),
        )
