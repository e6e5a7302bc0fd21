"""Definitions and official notes: a version is published, never changed."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from maillage.kernel import audit
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Forbidden, Invalid
from maillage.kernel.ids import new_id
from maillage.network.groups.queries import coordinated
from maillage.network.roster import queries
from maillage.network.roster.models import OfficialText


@dataclass(frozen=True, slots=True)
class TextContent:
    kind: str
    title: str
    body: str
    in_force_on: date
    why: str = ""


def publish(actor: Actor, *, content: TextContent, text_id: UUID | None = None) -> UUID:
    """Publish a text of the actor's network, or the next version of one; what its versions have in common."""
    if actor.user_id is None:
        raise Forbidden()
    with transaction() as session:
        network = coordinated(session, actor)
        before = queries.versions(session, network.id, text_id)[0] if text_id else None
        if before is not None and not content.why:
            raise Invalid(fields={"why": "Dites en une phrase ce qui change."})
        text = OfficialText(
            id=new_id(),
            text_id=text_id or new_id(),
            version=before.version + 1 if before else 1,
            network_id=network.id,
            kind=content.kind,
            title=content.title,
            body=content.body,
            why=content.why,
            in_force_on=content.in_force_on,
            by_user_id=actor.user_id,
        )
        session.add(text)
        audit.record(session, actor, "roster.text", "text", text.text_id, version=text.version)
        return text.text_id
