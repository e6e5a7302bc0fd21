"""A vault is opened by its people alone: not by the host, not by who left, not by a new password."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from factories.accounts import PASSWORD, actor_of, join, make_organization, make_user
from factories.vaults import keys_of_the_host, stored_bytes
from maillage.accounts import passwords
from maillage.accounts.models import AccessGrant, AccessGrantKind, Organization, User, UserSession
from maillage.accounts.service import grants, members, recovery, sessions, users
from maillage.accounts.vault import keys, queries, service
from maillage.accounts.vault import members as held
from maillage.accounts.vault.keys import OpenVault
from maillage.accounts.vault.models import Vault, VaultBox, VaultMember, VaultSession
from maillage.kernel import audit, boxes, clock, rotation, scope
from maillage.kernel.actor import SYSTEM, Actor, Channel
from maillage.kernel.crypto import SealBroken, decrypt, hash_secret
from maillage.kernel.db import session, transaction
from maillage.kernel.errors import Conflict, Forbidden, Invalid, NotFound

pytestmark = pytest.mark.security

Written = tuple[UUID, bytes]

ANOTHER = "un tout autre mot de passe"
SECRET = "CANARI-COFFRE"


class Shelter:
    """An association with a vault, whose people each sit at a browser."""

    def __init__(self) -> None:
        self.org: Organization = make_organization(kind="association")
        self.founder = self.hire("org_admin", "intake")
        self.code = boxes.new_code()
        self.secret = service.create(self.founder, password=PASSWORD, code=self.code)

    def hire(self, *roles: str) -> Actor:
        return self.seated(make_user(self.org, roles))

    def seated(self, user: User) -> Actor:
        with transaction() as tx:
            secret = sessions.start(tx, user_id=user.id, org_id=self.org.id, device="Firefox")
        row = session().scalars(select(UserSession).where(UserSession.secret_hash == hash_secret(secret))).one()
        return replace(actor_of(user, self.org), session_id=row.id)

    def let_in(self, actor: Actor, *, password: str = PASSWORD) -> None:
        fingerprint = service.ask(actor, password=password)
        secret = service.unlock(self.founder, password=PASSWORD)
        service.let_in(self.founder, user_id=id_of(actor), fingerprint=fingerprint, secret=secret)

    def write(self) -> Written:
        """Sealed for the vault, as somebody who is not in writes: without it being open."""
        vault = keys.live(session(), self.org.id)
        assert vault is not None
        return vault.id, keys.seal_for(vault, SECRET, "here")

    def opened(self, actor: Actor, secret: bytes) -> OpenVault:
        found = keys.opened(session(), actor, secret)
        assert found is not None
        return found

    def reads(self, actor: Actor, written: Written, *, password: str = PASSWORD) -> bool:
        """Whether the words come back to somebody who opens the vault now."""
        secret = service.unlock(actor, password=password)
        return bool(unsealed(self.opened(actor, secret), written, "here") == SECRET)


def unsealed(found: OpenVault, written: Written, binding: str) -> object:
    """By whichever of the key pairs opens it. Raises SealBroken where none does."""
    for pair in found.pairs.values():
        with suppress(SealBroken):
            return boxes.open_value(pair, written[1], binding)
    raise SealBroken("no key of this vault")


def id_of(actor: Actor) -> UUID:
    assert actor.user_id is not None
    return actor.user_id


@pytest.fixture
def shelter(app: Flask) -> Shelter:
    return Shelter()


def test_who_made_it_reads_what_was_sealed_for_it(shelter: Shelter) -> None:
    written = shelter.write()
    assert unsealed(shelter.opened(shelter.founder, shelter.secret), written, "here") == SECRET
    assert shelter.reads(shelter.founder, written)
    assert keys.opened(session(), shelter.founder, shelter.secret) is None, "the cookie before opens nothing"
    with pytest.raises(SealBroken):
        unsealed(shelter.opened(shelter.founder, service.unlock(shelter.founder, password=PASSWORD)), written, "there")


def test_the_database_and_the_ring_open_nothing(shelter: Shelter) -> None:
    """Every stored run of bytes is tried as a key on every other, with every key of the ring as well."""
    written = shelter.write()
    stored = stored_bytes()
    found = shelter.opened(shelter.founder, shelter.secret)
    assert not [value for value in stored if found.pair.private in value or shelter.secret in value]
    box, row = session().scalars(select(VaultBox)).one(), session().scalars(select(VaultSession)).one()
    for key in keys_of_the_host():
        pair = boxes.KeyPair.of(key)
        with pytest.raises(SealBroken):
            decrypt(key, row.sealed, keys.session_context(row.session_id))
        with pytest.raises(SealBroken):
            boxes.open_box(pair, box.box, keys.box_context(box.vault_id, box.user_id))
        with pytest.raises(SealBroken):
            boxes.open_value(pair, written[1], "here")


def test_a_colleague_comes_in_by_the_gesture_of_one_who_is_in(shelter: Shelter) -> None:
    written, new = shelter.write(), shelter.hire("intake")
    fingerprint = ""
    for _ in range(2):
        with pytest.raises(Conflict, match="faire entrer"):
            service.unlock(new, password=PASSWORD)
        fingerprint = service.ask(new, password=PASSWORD)
    with pytest.raises(Forbidden):
        service.let_in(new, user_id=id_of(new), fingerprint=fingerprint, secret=b"x" * 32)
    service.let_in(shelter.founder, user_id=id_of(new), fingerprint=fingerprint.lower(), secret=shelter.secret)
    assert shelter.reads(new, written)
    with pytest.raises(NotFound):
        service.let_in(shelter.founder, user_id=id_of(new), fingerprint=fingerprint, secret=shelter.secret)
    with pytest.raises(Conflict, match="déjà"):
        service.ask(new, password=PASSWORD)


def test_a_key_put_in_the_place_of_a_colleague_s_is_not_let_in(shelter: Shelter) -> None:
    """Somebody who writes in the database wants the vault sealed to a key of theirs."""
    new = shelter.hire("intake")
    fingerprint = service.ask(new, password=PASSWORD)
    with transaction() as tx:
        tx.get_one(VaultMember, (shelter.org.id, new.user_id)).public_key = boxes.KeyPair.generate().public
    with pytest.raises(Invalid) as refused:
        service.let_in(shelter.founder, user_id=id_of(new), fingerprint=fingerprint, secret=shelter.secret)
    assert "fingerprint" in refused.value.fields
    assert session().get(VaultBox, (shelter.write()[0], new.user_id)) is None


def test_who_leaves_opens_nothing_that_is_written_afterwards(shelter: Shelter) -> None:
    leaver, before = shelter.hire("intake"), shelter.write()
    shelter.let_in(leaver)
    secret = service.unlock(leaver, password=PASSWORD)
    copied = shelter.opened(leaver, secret)
    members.end_membership(shelter.founder, user_id=id_of(leaver))
    assert keys.opened(session(), leaver, secret) is None
    assert shelter.reads(shelter.founder, before)
    after = shelter.write()
    assert shelter.reads(shelter.founder, after)
    assert shelter.reads(shelter.founder, before)
    with pytest.raises(SealBroken):
        unsealed(copied, after, "here")
    assert len(session().scalars(select(Vault).where(Vault.retired_at.is_(None))).all()) == 1


def test_who_stays_is_still_in_after_somebody_left(shelter: Shelter) -> None:
    stays, leaver, before = shelter.hire("intake"), shelter.hire("intake"), shelter.write()
    shelter.let_in(stays)
    shelter.let_in(leaver)
    service.put_out(shelter.founder, user_id=id_of(leaver))
    held_open = service.unlock(stays, password=PASSWORD)
    assert shelter.reads(shelter.founder, before)
    assert keys.opened(session(), stays, held_open) is not None, "one turn is enough for everybody"
    found = queries.standing(session(), stays)
    assert found is not None
    assert {one.user_id for one in found.inside} == {stays.user_id, shelter.founder.user_id}
    with pytest.raises(Conflict, match="faire entrer"):
        service.unlock(leaver, password=PASSWORD)


def test_the_code_opens_when_nobody_else_can(shelter: Shelter) -> None:
    written, other = shelter.write(), shelter.hire("org_admin", "intake")
    for wrong in (boxes.new_code(), "pas un code"):
        with pytest.raises(Invalid) as refused:
            service.recover(other, password=PASSWORD, code=wrong)
        assert "code" in refused.value.fields
    back = service.recover(other, password=PASSWORD, code=shelter.code.lower())
    assert unsealed(shelter.opened(other, back), written, "here") == SECRET
    with pytest.raises(Forbidden):
        service.recover(shelter.hire("intake"), password=PASSWORD, code=shelter.code)


def test_the_code_still_opens_after_everybody_left(shelter: Shelter) -> None:
    written, leaver = shelter.write(), shelter.hire("intake")
    shelter.let_in(leaver)
    for one in (leaver, shelter.founder):
        service.put_out(shelter.founder, user_id=id_of(one))
    back = service.recover(shelter.founder, password=PASSWORD, code=shelter.code)
    assert unsealed(shelter.opened(shelter.founder, back), written, "here") == SECRET
    assert shelter.reads(shelter.founder, written)


def test_another_code_takes_the_place_of_one_that_was_seen(shelter: Shelter) -> None:
    written, code = shelter.write(), boxes.new_code()
    with pytest.raises(Forbidden):
        service.renew_code(shelter.founder, password=PASSWORD, code=code, secret=b"")
    service.renew_code(shelter.founder, password=PASSWORD, code=code, secret=shelter.secret)
    with pytest.raises(Invalid):
        service.recover(shelter.founder, password=PASSWORD, code=shelter.code)
    back = service.recover(shelter.founder, password=PASSWORD, code=code)
    assert unsealed(shelter.opened(shelter.founder, back), written, "here") == SECRET


def test_a_changed_password_keeps_the_keys_and_a_reset_one_loses_them(shelter: Shelter) -> None:
    """Reset through a link, by nobody signed in: colleagues let that person in again."""
    member, written = shelter.hire("intake"), shelter.write()
    shelter.let_in(member)
    recovery.change_password(member, current=PASSWORD, password=ANOTHER)
    assert shelter.reads(member, written, password=ANOTHER)
    with pytest.raises(Invalid):
        service.unlock(member, password=PASSWORD)
    with transaction() as tx:
        grants.give_reset(tx, id_of(member))
        secret = grants.new_secret()
        row = tx.scalars(select(AccessGrant).where(AccessGrant.kind == AccessGrantKind.PASSWORD_RESET)).one()
        row.secret_hash = hash_secret(secret)
    scope.act_as(None)
    recovery.reset_password(secret=secret, password=PASSWORD)
    scope.act_as(shelter.founder)
    assert session().get(VaultMember, (shelter.org.id, member.user_id)) is None
    shelter.let_in(shelter.seated(session().get_one(User, member.user_id)))
    assert shelter.reads(shelter.founder, written)


def test_a_person_of_two_organisations_keeps_both_vaults(shelter: Shelter) -> None:
    """One password, two key pairs, and one browser that goes from one to the other."""
    other = Shelter()
    user = make_user(shelter.org, ("intake",))
    join(user, other.org, ("intake",))
    places = {one.org.id: (one, replace(actor_of(user, one.org))) for one in (shelter, other)}
    here = shelter.seated(user)
    written = {org_id: one.write() for org_id, (one, _) in places.items()}
    for org_id, (one, who) in places.items():
        places[org_id] = one, replace(who, session_id=here.session_id)
        one.let_in(places[org_id][1])
    scope.act_as(here)
    recovery.change_password(here, current=PASSWORD, password=ANOTHER)
    for org_id, (one, who) in places.items():
        scope.act_as(who)
        assert one.reads(who, written[org_id], password=ANOTHER)
    assert len(session().scalars(select(VaultSession).where(VaultSession.user_id == user.id)).all()) == 1


def test_a_shut_account_leaves_every_vault(shelter: Shelter) -> None:
    member = shelter.hire("intake")
    shelter.let_in(member)
    service.unlock(member, password=PASSWORD)
    host = make_organization(kind="host")
    keeper = actor_of(make_user(host, ("platform_admin",)), host)
    scope.act_as(keeper)
    users.deactivate_user(keeper, user_id=id_of(member))
    scope.act_as(shelter.founder)
    found = queries.standing(session(), shelter.founder)
    assert found is not None and found.turning
    assert [one.user_id for one in found.inside] == [shelter.founder.user_id]
    assert member.session_id not in session().scalars(select(VaultSession.session_id)).all()


def test_neither_a_token_nor_another_organisation_opens_it(shelter: Shelter) -> None:
    token = replace(shelter.founder, channel=Channel.API, session_id=uuid4())
    for verb in (service.unlock, service.ask):
        with pytest.raises(Forbidden):
            verb(token, password=PASSWORD)
    assert keys.opened(session(), token, shelter.secret) is None
    elsewhere, written = Shelter(), shelter.write()
    with pytest.raises(SealBroken):
        unsealed(elsewhere.opened(elsewhere.founder, elsewhere.secret), written, "here")
    assert keys.opened(session(), elsewhere.founder, shelter.secret) is None


def test_only_one_vault_and_only_by_an_administrator_who_proves_it(shelter: Shelter) -> None:
    code = boxes.new_code()
    with pytest.raises(Conflict):
        service.create(shelter.founder, password=PASSWORD, code=code)
    with pytest.raises(Invalid):
        service.unlock(shelter.founder, password="wrong")
    other = make_organization(kind="association")
    worker = replace(actor_of(make_user(other, ("intake",)), other), session_id=uuid4())
    with pytest.raises(Forbidden):
        service.create(worker, password=PASSWORD, code=code)
    for verb in (service.unlock, service.ask):
        with pytest.raises(NotFound):
            verb(worker, password=PASSWORD)
    assert list(audit.verify(session())) == []


def test_what_is_open_closes_with_its_session(shelter: Shelter) -> None:
    """Signed out, left alone, or too old: nothing of the vault stays in the database for a cookie that was copied."""
    signs_out, idles = shelter.founder, shelter.hire("intake")
    shelter.let_in(idles)
    for one in (signs_out, idles):
        service.unlock(one, password=PASSWORD)
    sessions.sign_out(signs_out)
    assert [row.user_id for row in session().scalars(select(VaultSession))] == [idles.user_id]
    held.sweep(clock.now())
    assert len(session().scalars(select(VaultSession)).all()) == 1
    held.sweep(clock.now() + timedelta(minutes=31))
    assert session().scalars(select(VaultSession)).all() == []


def test_a_dearer_hash_does_not_lock_anybody_out(shelter: Shelter) -> None:
    written, before = shelter.write(), passwords.cost()
    passwords.configure(memory_kib=2048, time=2)
    try:
        assert shelter.reads(shelter.founder, written)
    finally:
        passwords.configure(memory_kib=before[0], time=before[1])


def test_a_rotation_of_the_ring_leaves_the_vault_alone(shelter: Shelter, app: Flask) -> None:
    written = shelter.write()
    rotation.rotate(SYSTEM)
    assert shelter.reads(shelter.founder, written)
