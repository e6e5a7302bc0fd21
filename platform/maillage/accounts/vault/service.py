"""Making a vault, opening it, letting colleagues in, and what becomes of it when somebody leaves or forgets."""

import os
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from maillage.accounts import passwords, policy
from maillage.accounts.models import UserSession
from maillage.accounts.service.second_factor import ensure_password
from maillage.accounts.vault import keys
from maillage.accounts.vault.keys import OpenVault
from maillage.accounts.vault.models import Vault, VaultBox, VaultMember, VaultSession
from maillage.kernel import audit, boxes, clock
from maillage.kernel.actor import Actor, Channel
from maillage.kernel.boxes import KeyPair
from maillage.kernel.crypto import SealBroken, decrypt, encrypt
from maillage.kernel.db import transaction
from maillage.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from maillage.kernel.ids import new_id
from maillage.kernel.scope import unscoped

SALT_BYTES: Final = 16
NEW_PASSWORD: Final = "a password chosen anew opens no vault, whichever organisation it is of"
EXISTS: Final = "Votre organisation a déjà un coffre."
WAITING: Final = "Un collègue qui a ouvert le coffre doit d’abord vous y faire entrer."
SHUT: Final = "Ouvrez d’abord le coffre avec votre mot de passe."
FORGOTTEN: Final = "Votre mot de passe a changé depuis : demandez à un collègue de vous faire entrer de nouveau."
WRONG_CODE: Final = "Ce n’est pas le code de secours de ce coffre. Vérifiez chaque lettre."


@dataclass(frozen=True, slots=True)
class Opened:
    """What the browser keeps in its cookie; nothing of it stays here. `code` is shown once, when the vault is made."""

    secret: bytes = field(repr=False)
    code: str = field(default="", repr=False)


def create(actor: Actor, *, password: str) -> Opened:
    """Give the actor's organisation a vault. Raises Conflict when it has one, Invalid on `current`."""
    org_id = _own(actor)
    policy.ensure_administers(actor, org_id)
    ensure_password(actor, password)
    drawn = _draw(password)
    with transaction() as session:
        if keys.live(session, org_id) is not None:
            raise Conflict(EXISTS)
        code = boxes.new_code()
        recovery = boxes.pair_of_code(code)
        assert recovery is not None
        made = _new_vault(session, org_id, recovery.public)
        _join(session, actor, org_id, drawn)
        _give(session, made, actor.user_id, drawn.pair.public, by=actor.user_id)
        audit.record(session, actor, "vault.created", "organization", org_id)
        return Opened(_hold_open(session, actor, made), code)


def ask(actor: Actor, *, password: str) -> None:
    """Make oneself a key pair, for a colleague to let one in. Raises Invalid on `current`."""
    org_id = _own(actor)
    ensure_password(actor, password)
    drawn = _draw(password)
    with transaction() as session:
        if keys.live(session, org_id) is None:
            raise NotFound()
        _drop(session, org_id, actor.user_id)
        _join(session, actor, org_id, drawn)
        audit.record(session, actor, "vault.asked", "organization", org_id)


def unlock(actor: Actor, *, password: str) -> Opened:
    """Open the vault in this browser. Replaces its key first when a member has left. Raises Conflict, Invalid."""
    org_id = _own(actor)
    ensure_password(actor, password)
    with transaction() as session:
        member = session.get(VaultMember, (org_id, actor.user_id))
        vault = keys.live(session, org_id)
        box = session.get(VaultBox, (vault.id, actor.user_id)) if vault is not None else None
        if vault is None or member is None or box is None:
            raise Conflict(WAITING) if vault is not None else NotFound()
        mine = _opened_by(member, _key_of(member, password))
        pair = KeyPair.of(boxes.open_box(mine, box.box, _box_context(vault.id, member.user_id)))
        found = keys.with_older(session, vault, pair)
        if vault.turn_at is not None:
            found = _turn(session, actor, found)
        audit.record(session, actor, "vault.opened", "organization", org_id)
        return Opened(_hold_open(session, actor, found))


def let_in(actor: Actor, *, user_id: UUID, secret: bytes) -> None:
    """Give a colleague who asked the key that one holds oneself. Raises Forbidden, NotFound."""
    with transaction() as session:
        found = keys.opened(session, actor, secret)
        if found is None:
            raise Forbidden(SHUT)
        member = session.get(VaultMember, (found.vault.org_id, user_id))
        if member is None or session.get(VaultBox, (found.vault.id, user_id)) is not None:
            raise NotFound()
        _give(session, found, user_id, member.public_key, by=actor.user_id)
        audit.record(session, actor, "vault.let_in", "user", user_id)


def recover(actor: Actor, *, password: str, code: str) -> Opened:
    """Come back in with the printed code, when nobody can let anybody in. Raises Invalid on `code` or `current`."""
    org_id = _own(actor)
    policy.ensure_administers(actor, org_id)
    ensure_password(actor, password)
    drawn, recovery = _draw(password), boxes.pair_of_code(code)
    with transaction() as session:
        vault = keys.live(session, org_id)
        if vault is None:
            raise NotFound()
        if recovery is None or recovery.public != vault.recovery_public:
            raise Invalid(fields={"code": WRONG_CODE})
        private = boxes.open_box(recovery, vault.recovery_box, _box_context(vault.id, None))
        found = keys.with_older(session, vault, KeyPair.of(private))
        _drop(session, org_id, actor.user_id)
        _join(session, actor, org_id, drawn)
        _give(session, found, actor.user_id, drawn.pair.public, by=actor.user_id)
        audit.record(session, actor, "vault.recovered", "organization", org_id)
        return Opened(_hold_open(session, actor, found))


def leave(session: Session, org_id: UUID, user_id: UUID) -> None:
    """Take the vault from somebody who leaves, in the caller's transaction; its key turns when it is opened next."""
    if _drop(session, org_id, user_id):
        theirs = select(UserSession.id).where(UserSession.user_id == user_id)
        session.execute(delete(VaultSession).where(VaultSession.org_id == org_id, VaultSession.session_id.in_(theirs)))
        session.execute(
            update(Vault).where(Vault.org_id == org_id, Vault.retired_at.is_(None)).values(turn_at=clock.now())
        )


def forget(session: Session, user_id: UUID) -> None:
    """A password chosen anew by link opens no key of the one before: colleagues let this person in again."""
    with unscoped(NEW_PASSWORD, VaultMember, VaultBox):
        for org_id in session.scalars(select(VaultMember.org_id).where(VaultMember.user_id == user_id)).all():
            _drop(session, org_id, user_id)


def rewrap(session: Session, user_id: UUID, *, current: str, password: str) -> None:
    """Keep a person's keys open to them under their new password, in the caller's transaction."""
    for member in session.scalars(select(VaultMember).where(VaultMember.user_id == user_id)):
        private = _opened_by(member, _key_of(member, current)).private
        member.salt = os.urandom(SALT_BYTES)
        member.memory_kib, member.passes = passwords.cost()
        member.private_sealed = encrypt(_key_of(member, password), private, _member_context(member))


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A person's new key pair with what their password makes of it."""

    pair: KeyPair = field(repr=False)
    salt: bytes
    cost: tuple[int, int]
    key: bytes = field(repr=False)


def _draw(password: str) -> _Drawn:
    """Before the transaction: no lock is held while a hash is made."""
    salt, cost = os.urandom(SALT_BYTES), passwords.cost()
    return _Drawn(KeyPair.generate(), salt, cost, passwords.key_from(password, salt, *cost))


def _own(actor: Actor) -> UUID:
    if actor.org_id is None or actor.user_id is None or actor.channel is not Channel.WEB:
        raise Forbidden()
    return actor.org_id


def _new_vault(session: Session, org_id: UUID, recovery: bytes, before: OpenVault | None = None) -> OpenVault:
    pair, vault_id = KeyPair.generate(), new_id()
    vault = Vault(
        id=vault_id,
        org_id=org_id,
        public_key=pair.public,
        recovery_public=recovery,
        recovery_box=boxes.seal_to(recovery, pair.private, _box_context(vault_id, None)),
    )
    if before is not None:
        vault.before_id = before.vault.id
        vault.before_box = boxes.seal_to(pair.public, before.pair.private, keys.before_context(vault_id))
    session.add(vault)
    session.flush()
    return OpenVault(vault, (before.pairs if before is not None else {}) | {vault_id: pair})


def _turn(session: Session, actor: Actor, found: OpenVault) -> OpenVault:
    """Another key pair for those who are still there: what is written from now on, who left cannot open."""
    found.vault.retired_at = clock.now()
    session.flush()
    made = _new_vault(session, found.vault.org_id, found.vault.recovery_public, before=found)
    still = exists().where(VaultBox.vault_id == found.vault.id, VaultBox.user_id == VaultMember.user_id)
    for member in session.scalars(select(VaultMember).where(VaultMember.org_id == found.vault.org_id, still)):
        _give(session, made, member.user_id, member.public_key, by=actor.user_id)
    session.execute(delete(VaultBox).where(VaultBox.vault_id == found.vault.id))
    audit.record(session, actor, "vault.turned", "organization", found.vault.org_id)
    return made


def _join(session: Session, actor: Actor, org_id: UUID, drawn: _Drawn) -> None:
    member = VaultMember(org_id=org_id, user_id=actor.user_id, public_key=drawn.pair.public, salt=drawn.salt)
    member.memory_kib, member.passes = drawn.cost
    member.private_sealed = encrypt(drawn.key, drawn.pair.private, _member_context(member))
    session.add(member)
    session.flush()


def _give(session: Session, found: OpenVault, user_id: UUID | None, public: bytes, *, by: UUID | None) -> None:
    vault = found.vault
    box = boxes.seal_to(public, found.pair.private, _box_context(vault.id, user_id))
    session.add(VaultBox(vault_id=vault.id, user_id=user_id, org_id=vault.org_id, box=box, let_in_by=by))


def _drop(session: Session, org_id: UUID, user_id: UUID | None) -> bool:
    """Whether this person held anything."""
    session.execute(delete(VaultBox).where(VaultBox.org_id == org_id, VaultBox.user_id == user_id))
    gone = session.execute(delete(VaultMember).where(VaultMember.org_id == org_id, VaultMember.user_id == user_id))
    return bool(gone.rowcount)  # type: ignore[attr-defined]  # a DELETE gives a CursorResult


def _hold_open(session: Session, actor: Actor, found: OpenVault) -> bytes:
    """Keep the vault open for this browser's session; returns the secret that only its cookie keeps."""
    assert actor.session_id is not None
    secret = os.urandom(boxes.KEY)
    sealed = encrypt(secret, found.pair.private, keys.session_context(actor.session_id))
    session.execute(delete(VaultSession).where(VaultSession.session_id == actor.session_id))
    session.add(
        VaultSession(session_id=actor.session_id, vault_id=found.vault.id, org_id=found.vault.org_id, sealed=sealed)
    )
    return secret


def _key_of(member: VaultMember, password: str) -> bytes:
    return passwords.key_from(password, member.salt, member.memory_kib, member.passes)


def _opened_by(member: VaultMember, key: bytes) -> KeyPair:
    try:
        return KeyPair.of(decrypt(key, member.private_sealed, _member_context(member)))
    except SealBroken:
        raise Conflict(FORGOTTEN) from None


def _member_context(member: VaultMember) -> bytes:
    return f"maillage|vault member|{member.org_id}|{member.user_id}".encode()


def _box_context(vault_id: UUID, user_id: UUID | None) -> str:
    return f"vault|{vault_id}|{user_id or 'recovery'}"
