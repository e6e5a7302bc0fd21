"""A vault is opened by its people alone: not by the host, not by who left, not by a new password."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from factories.accounts import PASSWORD, actor_of, make_organization, make_user
from maillage.accounts import passwords
from maillage.accounts.models import AccessGrant, AccessGrantKind, Organization, User
from maillage.accounts.service import grants, members, recovery, sessions
from maillage.accounts.vault import keys, service
from maillage.accounts.vault.models import Vault, VaultBox, VaultMember, VaultSession
from maillage.kernel import audit, boxes, content_keys, scope
from maillage.kernel.actor import Actor, Channel
from maillage.kernel.content_keys import ContentKey
from maillage.kernel.crypto import SealBroken, decrypt, hash_secret, seal, unseal
from maillage.kernel.db import db, session, transaction
from maillage.kernel.errors import Conflict, Forbidden, Invalid, NotFound

pytestmark = pytest.mark.security

ANOTHER = "un tout autre mot de passe"
SUBJECT, SECRET = UUID(int=7), "CANARI-COFFRE"


class Shelter:
    """An association with a vault, whose people each sit at a browser."""

    def __init__(self) -> None:
        self.org: Organization = make_organization(kind="association")
        self.founder = self.hire("org_admin", "intake")
        self.made = service.create(self.founder, password=PASSWORD)

    def hire(self, *roles: str) -> Actor:
        user = make_user(self.org, roles)
        return self.seated(user)

    def seated(self, user: User) -> Actor:
        with transaction() as tx:
            secret = sessions.start(tx, user_id=user.id, org_id=self.org.id, device="Firefox")
        from_row = sessions.hash_secret(secret)
        row = session().scalars(select(sessions.UserSession).where(sessions.UserSession.secret_hash == from_row)).one()
        return replace(actor_of(user, self.org), session_id=row.id)

    def write(self, subject: UUID = SUBJECT) -> bytes:
        """Sealed for the vault, as a job or a partner would: without it being open."""
        with transaction() as tx:
            vault = keys.live(tx, self.org.id)
            assert vault is not None
            return seal(keys.create_key(tx, vault, "note", subject), SECRET, "here")

    def read(self, actor: Actor, secret: bytes, sealed: bytes, subject: UUID = SUBJECT) -> str:
        found = keys.opened(session(), actor, secret)
        assert found is not None
        text: str = unseal(keys.open_key(session(), found, "note", subject), sealed, "here")
        return text


@pytest.fixture
def shelter(app: Flask) -> Shelter:
    return Shelter()


def stored_bytes() -> list[bytes]:
    """Every run of bytes in every table."""
    session().rollback()
    return [
        bytes(value)
        for table in db.metadata.sorted_tables
        for row in session().execute(table.select())
        for value in row
        if isinstance(value, bytes | memoryview)
    ]


def test_who_made_it_reads_what_was_sealed_for_it(shelter: Shelter) -> None:
    sealed = shelter.write()
    assert shelter.read(shelter.founder, shelter.made.secret, sealed) == SECRET
    again = service.unlock(shelter.founder, password=PASSWORD)
    assert shelter.read(shelter.founder, again.secret, sealed) == SECRET
    assert keys.opened(session(), shelter.founder, shelter.made.secret) is None, "the cookie before opens nothing"


def test_the_database_and_the_ring_open_nothing(shelter: Shelter) -> None:
    """Every stored run of bytes is tried as a key on every other, with every key of the ring as well."""
    shelter.write()
    stored = stored_bytes()
    private = keys.opened(session(), shelter.founder, shelter.made.secret)
    assert private is not None
    held = [
        *(value[-32:].ljust(32, b"0") for value in stored),
        *content_keys.ring().keys.values(),
        content_keys.ring().blind_root,
    ]
    assert not [value for value in stored if private.pair.private in value or shelter.made.secret in value]
    box = session().scalars(select(VaultBox)).one()
    row = session().scalars(select(VaultSession)).one()
    wrapped = session().scalars(select(ContentKey).where(ContentKey.kind == keys.ORG)).one()
    for key in held:
        with pytest.raises(SealBroken):
            decrypt(key, row.sealed, keys.session_context(row.session_id))
        for sealed, where in (
            (box.box, service._box_context(box.vault_id, box.user_id)),
            (wrapped.wrapped, keys._context("note", SUBJECT)),
        ):
            with pytest.raises(SealBroken):
                boxes.open_box(boxes.KeyPair.of(key), sealed, where)
    with pytest.raises(SealBroken):
        content_keys.open_key(session(), "note", SUBJECT)


def test_a_colleague_comes_in_by_the_gesture_of_one_who_is_in(shelter: Shelter) -> None:
    sealed, new = shelter.write(), shelter.hire("intake")
    with pytest.raises(Conflict, match="faire entrer"):
        service.unlock(new, password=PASSWORD)
    service.ask(new, password=PASSWORD)
    with pytest.raises(Conflict, match="faire entrer"):
        service.unlock(new, password=PASSWORD)
    with pytest.raises(Forbidden):
        service.let_in(new, user_id=new.user_id, secret=b"x" * 32)
    service.let_in(shelter.founder, user_id=new.user_id, secret=shelter.made.secret)
    assert shelter.read(new, service.unlock(new, password=PASSWORD).secret, sealed) == SECRET
    with pytest.raises(NotFound):
        service.let_in(shelter.founder, user_id=new.user_id, secret=shelter.made.secret)


def test_who_leaves_opens_nothing_that_is_written_afterwards(shelter: Shelter) -> None:
    leaver, before = shelter.hire("intake"), shelter.write()
    service.ask(leaver, password=PASSWORD)
    service.let_in(shelter.founder, user_id=leaver.user_id, secret=shelter.made.secret)
    secret = service.unlock(leaver, password=PASSWORD).secret
    copied = keys.opened(session(), leaver, secret)
    assert copied is not None and leaver.user_id is not None
    with transaction() as tx:
        service.leave(tx, shelter.org.id, leaver.user_id)
    assert keys.opened(session(), leaver, secret) is None
    mine = service.unlock(shelter.founder, password=PASSWORD)
    after = shelter.write(UUID(int=8))
    assert shelter.read(shelter.founder, mine.secret, before) == SECRET
    assert shelter.read(shelter.founder, mine.secret, after, UUID(int=8)) == SECRET
    with pytest.raises(SealBroken):
        keys.open_key(session(), copied, "note", UUID(int=8))
    assert len(session().scalars(select(Vault).where(Vault.retired_at.is_(None))).all()) == 1


def test_the_code_opens_when_nobody_else_can(shelter: Shelter) -> None:
    sealed, other = shelter.write(), shelter.hire("org_admin", "intake")
    with pytest.raises(Invalid):
        service.recover(other, password=PASSWORD, code=boxes.new_code())
    back = service.recover(other, password=PASSWORD, code=shelter.made.code.lower())
    assert shelter.read(other, back.secret, sealed) == SECRET
    with pytest.raises(Forbidden):
        service.recover(shelter.hire("intake"), password=PASSWORD, code=shelter.made.code)
    assert shelter.made.code not in repr(shelter.made)


def test_the_code_still_opens_after_somebody_left(shelter: Shelter) -> None:
    sealed, leaver = shelter.write(), shelter.hire("intake")
    service.ask(leaver, password=PASSWORD)
    with transaction() as tx:
        service.leave(tx, shelter.org.id, leaver.user_id)  # type: ignore[arg-type]
    service.unlock(shelter.founder, password=PASSWORD)
    back = service.recover(shelter.founder, password=PASSWORD, code=shelter.made.code)
    assert shelter.read(shelter.founder, back.secret, sealed) == SECRET


def test_a_new_password_keeps_the_keys_and_a_reset_one_loses_them(shelter: Shelter) -> None:
    sealed = shelter.write()
    with transaction() as tx:
        service.rewrap(tx, shelter.founder.user_id, current=PASSWORD, password=ANOTHER)  # type: ignore[arg-type]
    with pytest.raises(Conflict, match="a changé"):
        service.unlock(shelter.founder, password=PASSWORD)
    with transaction() as tx:
        service.rewrap(tx, shelter.founder.user_id, current=ANOTHER, password=PASSWORD)  # type: ignore[arg-type]
    assert shelter.read(shelter.founder, service.unlock(shelter.founder, password=PASSWORD).secret, sealed) == SECRET
    with transaction() as tx:
        service.forget(tx, shelter.founder.user_id)  # type: ignore[arg-type]
    assert session().scalars(select(VaultMember)).all() == []
    with pytest.raises(Conflict):
        service.unlock(shelter.founder, password=PASSWORD)


def test_neither_a_token_nor_another_organisation_opens_it(shelter: Shelter) -> None:
    token = replace(shelter.founder, channel=Channel.API, session_id=uuid4())
    for verb in (service.unlock, service.create, service.ask):
        with pytest.raises(Forbidden):
            verb(token, password=PASSWORD)
    assert keys.opened(session(), token, shelter.made.secret) is None
    elsewhere = Shelter()
    sealed = shelter.write()
    with pytest.raises(SealBroken):
        elsewhere.read(elsewhere.founder, elsewhere.made.secret, sealed)
    assert keys.opened(session(), elsewhere.founder, shelter.made.secret) is None


def test_only_one_vault_and_only_by_an_administrator_who_proves_it(shelter: Shelter) -> None:
    with pytest.raises(Conflict):
        service.create(shelter.founder, password=PASSWORD)
    with pytest.raises(Invalid):
        service.unlock(shelter.founder, password="wrong")
    other = make_organization(kind="association")
    with pytest.raises(Forbidden):
        service.create(actor_of(make_user(other, ("intake",)), other), password=PASSWORD)
    assert list(audit.verify(session())) == []


def test_the_verbs_of_accounts_keep_the_vault_in_step(shelter: Shelter) -> None:
    """Changed: the same keys open. Reset through a link, by nobody signed in: gone. Seen off: the key turns."""
    leaver, sealed = shelter.hire("intake"), shelter.write()
    service.ask(leaver, password=PASSWORD)
    service.let_in(shelter.founder, user_id=leaver.user_id, secret=shelter.made.secret)  # type: ignore[arg-type]
    recovery.change_password(leaver, current=PASSWORD, password=ANOTHER)
    assert shelter.read(leaver, service.unlock(leaver, password=ANOTHER).secret, sealed) == SECRET
    with transaction() as tx:
        grants.give_reset(tx, leaver.user_id)  # type: ignore[arg-type]
        secret = grants.new_secret()
        row = tx.scalars(select(AccessGrant).where(AccessGrant.kind == AccessGrantKind.PASSWORD_RESET)).one()
        row.secret_hash = hash_secret(secret)
    scope.act_as(None)
    recovery.reset_password(secret=secret, password=PASSWORD)
    scope.act_as(shelter.founder)
    assert session().get(VaultMember, (shelter.org.id, leaver.user_id)) is None
    service.ask(leaver, password=PASSWORD)
    members.end_membership(shelter.founder, user_id=leaver.user_id)  # type: ignore[arg-type]
    vault = keys.live(session(), shelter.org.id)
    assert vault is not None and vault.turn_at is not None


def test_a_dearer_hash_does_not_lock_anybody_out(shelter: Shelter) -> None:
    sealed = shelter.write()
    before = passwords.cost()
    passwords.configure(memory_kib=2048, time=2)
    try:
        assert (
            shelter.read(shelter.founder, service.unlock(shelter.founder, password=PASSWORD).secret, sealed) == SECRET
        )
    finally:
        passwords.configure(memory_kib=before[0], time=before[1])
