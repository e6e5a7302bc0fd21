"""Noting a call, and the answer that it got."""

from dataclasses import dataclass
from uuid import UUID

from maillage.kernel import audit, clock
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Invalid
from maillage.kernel.ids import new_id
from maillage.network.desk import queries
from maillage.network.desk.models import DeskCall
from maillage.network.groups.queries import coordinated
from maillage.network.wording.checks import check
from maillage_search.taxonomy import load_taxonomy

LONGEST = 300


@dataclass(frozen=True, slots=True)
class Call:
    """What was asked, in two lines. `caller`: the key of a `queries.Caller`; without an answer it is to follow.

    `nobody`: who notes it confirms that nobody helped can be recognised.
    """

    caller: str
    theme: str
    said: str
    answer: str = ""
    nobody: bool = False


def note(actor: Actor, *, call: Call) -> UUID:
    """Note a call. Raises NotFound without a network, Invalid for an unknown caller or theme, SomebodyNamed."""
    if call.theme not in load_taxonomy().themes:
        raise Invalid(fields={"theme": "Choisissez un thème dans la liste."})
    check({"said": call.said, "answer": call.answer}, nobody=call.nobody)
    assert actor.user_id is not None and actor.org_id is not None
    with transaction() as session:
        network = coordinated(session, actor)
        who = queries.caller(session, actor, call.caller)
        if who is None:
            raise Invalid(fields={"caller": "Cette personne n’est pas, ou plus, de votre réseau."})
        row = DeskCall(
            id=new_id(),
            network_id=network.id,
            org_id=actor.org_id,
            user_id=actor.user_id,
            caller_id=who.user_id,
            caller_org_id=who.org_id,
            territory=queries.territory_of(session, network.id, who),
            theme=call.theme,
            said=call.said,
            answer=call.answer,
            answered_at=clock.now() if call.answer else None,
        )
        session.add(row)
        audit.record(session, actor, "desk.noted", "desk_call", row.id, confirmed=call.nobody)
        return row.id


def answer(actor: Actor, *, call_id: UUID, text: str, nobody: bool = False) -> None:
    """Say what was answered to a call that was to follow. Raises NotFound, Conflict, Invalid, SomebodyNamed."""
    check({"answer": text}, nobody=nobody)
    with transaction() as session:
        coordinated(session, actor)
        row = queries.call(session, actor, call_id)
        if row.answered_at is not None:
            raise Conflict("Cet appel a déjà reçu sa réponse.")
        row.answer, row.answered_at = text, clock.now()
        audit.record(session, actor, "desk.answered", "desk_call", call_id, confirmed=nobody)
