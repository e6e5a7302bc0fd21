"""Making a vault, opening it, letting colleagues in and putting them out."""

import os
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from maillage.accounts import policy
from maillage.accounts.models import UserSession
from maillage.accounts.notices import VAULT_ASKED, VAULT_LET_IN, VAULT_RECOVERED
from maillage.accounts.service import alerts
from maillage.accounts.service.second_factor import ensure_password
from maillage.accounts.vault import keys, members
from maillage.accounts.vault.keys import OpenVault, box_context
from maillage.accounts.vault.members import Joining
from maillage.accounts.vault.models import Vault, VaultBox, VaultMember, VaultSession
from maillage.kernel import audit, boxes, clock
from maillage.kernel.actor import Actor, Channel
from maillage.kernel.boxes import KeyPair
from maillage.kernel.crypto import SealBroken, encrypt
from maillage.kernel.db import session as reading
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from maillage.kernel.ids import new_id
from maillage.notifications.kinds import NoticeKind

EXISTS: Final = "Votre organisation a déjà un coffre."
WAITING: Final = "Un collègue qui a ouvert le coffre doit d’abord vous y faire entrer."
SHUT: Final = "Ouvrez d’abord le coffre avec votre mot de passe."
FORGOTTEN: Final = (
    "Votre mot de passe a changé depuis. Demandez à votre administrateur de vous retirer du coffre, puis à y entrer."
)
WRONG_CODE: Final = "Ce n’est pas le code de secours de ce coffre. Vérifiez chaque lettre."
NO_CODE: Final = "Ce n’est pas un code de secours."
ANOTHER_KEY: Final = (
    "Ce n’est pas l’empreinte de cette demande. Faites-la relire, ou demandez à votre collègue de recommencer."
)


@dataclass(frozen=True, slots=True)
class _Seat:
    """Who acts, for which organisation, in which browser: a vault opens for nobody else."""

    org_id: UUID
    user_id: UUID
    session_id: UUID


def create(actor: Actor, *, password: str, code: str) -> bytes:
    """Give the actor's organisation a vault, which `code` opens too; returns the secret that the browser keeps.

    Raises Conflict when it has one, Invalid on `current` or `code`.
    """
    seat = _administering(actor)
    recovery = _pair_of_code(code, NO_CODE)
    ensure_password(actor, password)
    joining = Joining.draw(password)
    with transaction() as session:
        if keys.live(session, seat.org_id) is not None:
            raise Conflict(EXISTS)
        made = _new_vault(session, seat.org_id, recovery.public)
        _enter(session, seat, made, joining)
        audit.record(session, actor, "vault.created", "vault", made.vault.id)
        return _hold_open(session, seat, made)


def ask(actor: Actor, *, password: str) -> str:
    """Make oneself a key pair, for a colleague to let one in; returns its fingerprint. Raises Invalid on `current`."""
    seat = _seat(actor)
    _ensure_out(reading(), seat)
    ensure_password(actor, password)
    joining = Joining.draw(password)
    with transaction() as session:
        vault = _ensure_out(session, seat)
        members.join(session, seat.org_id, seat.user_id, joining)
        audit.record(session, actor, "vault.asked", "vault", vault.id)
        _tell_those_in(session, vault, VAULT_ASKED)
    return members.fingerprint_of(seat.org_id, seat.user_id, joining.pair.public)


def unlock(actor: Actor, *, password: str) -> bytes:
    """Open the vault in this browser; returns the secret that it keeps. Replaces the key first when a member has left.

    Raises Conflict for who is not in, Invalid on `current`.
    """
    seat = _seat(actor)
    _ensure_in(reading(), seat)
    ensure_password(actor, password)
    key = members.key_behind(reading(), seat.org_id, seat.user_id, password)
    with transaction() as session:
        vault, member, box = _ensure_in(session, seat, lock=True)
        try:
            mine = members.pair_behind(member, key)
        except SealBroken:
            raise Conflict(FORGOTTEN) from None
        pair = KeyPair.of(boxes.open_box(mine, box.box, box_context(vault.id, seat.user_id)))
        found = _turned(session, actor, seat, keys.with_older(session, vault, pair))
        audit.record(session, actor, "vault.opened", "vault", found.vault.id)
        return _hold_open(session, seat, found)


def shut(actor: Actor) -> None:
    """Close the vault in this browser."""
    seat = _seat(actor)
    with transaction() as session:
        members.shut(session, UserSession.id == seat.session_id)


def let_in(actor: Actor, *, user_id: UUID, fingerprint: str, secret: bytes) -> None:
    """Give a colleague who asked the key that one holds oneself, once they have read their fingerprint aloud.

    Raises Forbidden, NotFound, Invalid on `fingerprint`.
    """
    seat = _seat(actor)
    with transaction() as session:
        found = _opened(session, actor, seat, secret)
        member = session.get(VaultMember, (seat.org_id, user_id))
        if member is None or session.get(VaultBox, (found.vault.id, user_id)) is not None:
            raise NotFound()
        if boxes.letters_of(fingerprint) != boxes.letters_of(members.fingerprint(member)):
            raise Invalid(fields={"fingerprint": ANOTHER_KEY})
        members.give(session, found, user_id, member.public_key, by=seat.user_id)
        audit.record(session, actor, "vault.let_in", "user", user_id)
        alerts.tell(session, user_id, VAULT_LET_IN)


def put_out(actor: Actor, *, user_id: UUID) -> None:
    """Take the vault from a colleague who stays, or turn down one who asked. Raises NotFound."""
    seat = _administering(actor)
    with transaction() as session:
        if session.get(VaultMember, (seat.org_id, user_id)) is None:
            raise NotFound()
        members.leave(session, seat.org_id, user_id)
        audit.record(session, actor, "vault.put_out", "user", user_id)


def keep_whole(actor: Actor, *, wanted: bool, secret: bytes) -> None:
    """Say whether whole situations and referrals go into the vault, for those that are begun from now on. Raises
    Forbidden where it is not open in this browser."""
    seat = _administering(actor)
    with transaction() as session:
        vault = _opened(session, actor, seat, secret).vault
        if wanted == (vault.whole_since is not None):
            return
        vault.whole_since = clock.now() if wanted else None
        audit.record(session, actor, "vault.widened" if wanted else "vault.narrowed", "vault", vault.id)


def recover(actor: Actor, *, password: str, code: str) -> bytes:
    """Come back in with the printed code, when nobody can let anybody in. Raises Invalid on `code` or `current`."""
    seat = _administering(actor)
    if keys.live(reading(), seat.org_id) is None:
        raise NotFound()
    recovery = _pair_of_code(code, WRONG_CODE)
    ensure_password(actor, password)
    joining = Joining.draw(password)
    with transaction() as session:
        vault = keys.locked(session, seat.org_id)
        if vault is None:
            raise NotFound()
        if recovery.public != vault.recovery_public:
            raise Invalid(fields={"code": WRONG_CODE})
        _tell_those_in(session, vault, VAULT_RECOVERED)
        private = boxes.open_box(recovery, vault.recovery_box, box_context(vault.id, None))
        found = keys.with_older(session, vault, KeyPair.of(private))
        _enter(session, seat, found, joining)
        audit.record(session, actor, "vault.recovered", "vault", vault.id)
        return _hold_open(session, seat, _turned(session, actor, seat, found))


def renew_code(actor: Actor, *, password: str, code: str, secret: bytes) -> None:
    """Put another recovery code in the place of one that is lost or was seen. Raises Forbidden, Invalid."""
    seat = _administering(actor)
    recovery = _pair_of_code(code, NO_CODE)
    ensure_password(actor, password)
    with transaction() as session:
        found = _opened(session, actor, seat, secret)
        found.vault.recovery_public = recovery.public
        found.vault.recovery_box = _for_recovery(found.vault.id, recovery.public, found.pair)
        audit.record(session, actor, "vault.code_renewed", "vault", found.vault.id)


def _seat(actor: Actor) -> _Seat:
    if actor.org_id is None or actor.user_id is None or actor.session_id is None or actor.channel is not Channel.WEB:
        raise Forbidden()
    return _Seat(actor.org_id, actor.user_id, actor.session_id)


def _administering(actor: Actor) -> _Seat:
    seat = _seat(actor)
    policy.ensure_administers(actor, seat.org_id)
    return seat


def _pair_of_code(code: str, refusal: str) -> KeyPair:
    pair = boxes.pair_of_code(code)
    if pair is None:
        raise Invalid(fields={"code": refusal})
    return pair


def _ensure_out(session: Session, seat: _Seat) -> Vault:
    """Somebody who is in would lose their keys by asking again. Raises NotFound, Conflict."""
    vault = keys.live(session, seat.org_id)
    if vault is None:
        raise NotFound()
    if session.get(VaultBox, (vault.id, seat.user_id)) is not None:
        raise Conflict("Vous êtes déjà dans le coffre.")
    return vault


def _ensure_in(session: Session, seat: _Seat, *, lock: bool = False) -> tuple[Vault, VaultMember, VaultBox]:
    """Raises NotFound, Conflict."""
    vault = keys.locked(session, seat.org_id) if lock else keys.live(session, seat.org_id)
    if vault is None:
        raise NotFound()
    member = session.get(VaultMember, (seat.org_id, seat.user_id))
    box = session.get(VaultBox, (vault.id, seat.user_id))
    if member is None or box is None:
        raise Conflict(WAITING)
    return vault, member, box


def _opened(session: Session, actor: Actor, seat: _Seat, secret: bytes) -> OpenVault:
    keys.locked(session, seat.org_id)
    found = keys.opened(session, actor, secret)
    if found is None:
        raise Forbidden(SHUT)
    return found


def _new_vault(session: Session, org_id: UUID, recovery: bytes, before: OpenVault | None = None) -> OpenVault:
    pair, vault_id = KeyPair.generate(), new_id()
    vault = Vault(id=vault_id, org_id=org_id, public_key=pair.public, recovery_public=recovery)
    vault.recovery_box = _for_recovery(vault_id, recovery, pair)
    if before is not None:
        vault.before_id, vault.whole_since = before.vault.id, before.vault.whole_since
        vault.before_box = boxes.seal_to(pair.public, before.pair.private, keys.before_context(vault_id))
    session.add(vault)
    session.flush()
    return OpenVault(vault, (before.pairs if before is not None else {}) | {vault_id: pair})


def _for_recovery(vault_id: UUID, recovery: bytes, pair: KeyPair) -> bytes:
    return boxes.seal_to(recovery, pair.private, box_context(vault_id, None))


def _enter(session: Session, seat: _Seat, found: OpenVault, joining: Joining) -> None:
    members.join(session, seat.org_id, seat.user_id, joining)
    members.give(session, found, seat.user_id, joining.pair.public, by=seat.user_id)


def _turned(session: Session, actor: Actor, seat: _Seat, found: OpenVault) -> OpenVault:
    """Where somebody left, another key pair for those who are still there: what is written from now on, they alone
    open."""
    if found.vault.turn_at is None:
        return found
    found.vault.retired_at = clock.now()
    session.flush()
    made = _new_vault(session, seat.org_id, found.vault.recovery_public, before=found)
    still = exists().where(VaultBox.vault_id == found.vault.id, VaultBox.user_id == VaultMember.user_id)
    for member in session.scalars(select(VaultMember).where(VaultMember.org_id == seat.org_id, still)).all():
        members.give(session, made, member.user_id, member.public_key, by=seat.user_id)
    session.execute(delete(VaultBox).where(VaultBox.vault_id == found.vault.id))
    audit.record(session, actor, "vault.turned", "vault", made.vault.id)
    return made


def _hold_open(session: Session, seat: _Seat, found: OpenVault) -> bytes:
    """Keep the vault open for this browser's session; returns the secret that only its cookie keeps."""
    secret, vault = os.urandom(boxes.KEY), found.vault
    sealed = encrypt(secret, found.pair.private, keys.session_context(seat.session_id))
    members.shut(session, UserSession.id == seat.session_id)
    row = VaultSession(session_id=seat.session_id, vault_id=vault.id, org_id=seat.org_id, user_id=seat.user_id)
    row.sealed = sealed
    session.add(row)
    return secret


def _tell_those_in(session: Session, vault: Vault, kind: NoticeKind) -> None:
    for user_id in session.scalars(select(VaultBox.user_id).where(VaultBox.vault_id == vault.id)).all():
        alerts.tell(session, user_id, kind)
