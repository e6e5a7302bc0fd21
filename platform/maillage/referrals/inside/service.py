"""Writing a note for one's own team."""

from uuid import UUID

from maillage.kernel import audit
from maillage.kernel.actor import Actor
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Forbidden, Invalid
from maillage.kernel.ids import new_id
from maillage.referrals.checks import check_text
from maillage.referrals.codes import Side
from maillage.referrals.inside.models import TeamNote
from maillage.referrals.inside.queries import binding, may_note, writes
from maillage.referrals.queries import load
from maillage.referrals.sealing import referral_key
from maillage.referrals.vaulting import seal_own

LONGEST = 4000


def note(actor: Actor, *, referral_id: UUID, text: str) -> UUID:
    """Keep a note that only the receiver's team reads. Raises NotFound, Forbidden, Conflict once all is closed."""
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise Invalid(fields={"text": f"{LONGEST} caractères au plus." if text else "Écrivez votre note."})
    check_text(text)
    with transaction() as session:
        referral, side = load(session, actor, referral_id)
        if side is not Side.RECEIVER or not writes(actor, referral):
            raise Forbidden()
        if not may_note(actor, side, referral):
            raise Conflict("Cette orientation n’est plus lisible chez vous : rien ne peut y être noté.")
        assert actor.org_id is not None and actor.user_id is not None
        row = TeamNote(id=new_id(), referral_id=referral_id, org_id=actor.org_id, user_id=actor.user_id)
        key = referral_key(session, referral_id)
        row.vault_id, row.sealed = seal_own(session, row.org_id, key, text, binding(row))
        session.add(row)
        audit.record(session, actor, "referral.note", "referral", referral_id, note=str(row.id))
        return row.id
