"""Nobody reaches what belongs to others, whatever a query forgets: in the ORM on both databases, in SQL on PostgreSQL.

What each may reach is told here a second time, in plain SQL, and run as the owner of the tables.
"""

from collections.abc import Iterator
from uuid import UUID

import pytest
from flask import Flask, has_app_context
from sqlalchemy import Connection, delete, func, select, text, update
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import aliased

from conftest import empty
from factories.process import process_of
from factories.world import IDENTITIES, MAILBOX, Scene, build
from maillage.kernel import schema, scope, walls
from maillage.kernel.actor import Actor
from maillage.kernel.db import db, session
from maillage.kernel.scope import NOBODY, Trespass, unscoped
from maillage.referrals.models import Referral, ReferralParty, Situation

pytestmark = [pytest.mark.security, pytest.mark.xdist_group("walls")]

PARTS = "SELECT referral_id FROM referral_party WHERE org_id = :org"
SIDES = f"{PARTS} AND role <> 'observer'"
KEPT_ABOUT = (
    f"(subject_kind = 'referral' AND subject_id IN ({SIDES}))"
    " OR (subject_kind = 'situation' AND subject_id IN (SELECT id FROM situation WHERE org_id = :org))"
    " OR (subject_kind = 'user' AND subject_id = :me)"
    " OR (subject_kind = 'task' AND subject_id IN (SELECT id FROM background_task"
    " WHERE user_id = :me AND org_id = :org))"
    " OR (subject_kind = 'webhooks' AND subject_id = :org)"
)
MINE = "user_id = :me"
OURS = "org_id = :org"
SEATS = f"SELECT group_id FROM group_member WHERE {MINE} AND {OURS} AND until IS NULL"
OWNED = f"network_id IN (SELECT id FROM network WHERE {OURS})"
WHERE = f"SELECT network_id FROM group_member WHERE {MINE} AND {OURS} AND until IS NULL"
WITH_US = f"group_id IN ({SEATS}) OR group_id IN (SELECT id FROM peer_group WHERE {OWNED})"
LEADING = f"group_id IN ({SEATS} AND is_lead)"
ASKED = f"SELECT id FROM peer_question WHERE {WITH_US} OR {OWNED} OR (audience = 'network' AND network_id IN ({WHERE}))"
SHARED = f"SELECT id FROM resource WHERE {WITH_US} OR {OWNED} OR (audience = 'network' AND network_id IN ({WHERE}))"
TOLD = (
    "SELECT n.news_id FROM news_group n JOIN group_member m ON m.group_id = n.group_id"
    " WHERE m.user_id = :me AND m.org_id = :org AND m.until IS NULL AND (m.is_lead OR n.\"to\" <> 'leads')"
)
NEWS = f"SELECT id FROM news WHERE {LEADING} OR {OWNED} OR (status = 'sent' AND id IN ({TOLD}))"
LED = f"{SEATS} AND is_lead"
ORGANIZED = f"{OWNED} OR host_id IN ({LED})"
FOR_US = f"group_id IN ({SEATS}) OR {OWNED} OR (audience = 'network' AND network_id IN ({WHERE}))"
HANDED_OUT = f"event_id IN (SELECT event_id FROM event_registration WHERE {MINE} AND {OURS} AND state = 'seated')"
KEPT_ABOUT += (
    " OR (subject_kind = 'event_material' AND subject_id IN"
    f" (SELECT id FROM event_material WHERE {HANDED_OUT} OR {ORGANIZED}))"
)
REACHED = {
    "desk_call": OURS,
    "news": f"id IN ({NEWS})",
    "news_comment": f"news_id IN ({NEWS})",
    "news_group": WITH_US,
    "news_reading": MINE,
    "peer_answer": f"question_id IN ({ASKED})",
    "peer_question": f"id IN ({ASKED})",
    "peer_question_term": f"question_id IN ({ASKED})",
    "resource": f"id IN ({SHARED})",
    "resource_file": f"resource_id IN ({SHARED})",
    "resource_use": f"resource_id IN ({SHARED})",
    "resource_version": f"resource_id IN ({SHARED})",
    "audit_entry": f"chain = :org OR actor_id = :me OR {KEPT_ABOUT}",
    "course": FOR_US,
    "event": FOR_US,
    "event_material": f"{HANDED_OUT} OR {ORGANIZED}",
    "event_registration": f"({MINE} AND {OURS}) OR {ORGANIZED}",
    "training_need": f"({MINE} AND {OURS}) OR {ORGANIZED}",
    **dict.fromkeys(("company_sheet", "report"), f"{OURS} OR {OWNED}"),
    **dict.fromkeys(
        ("official_text", "report_form", "skill"),
        f"network_id IN (SELECT network_id FROM network_company WHERE {OURS} AND until IS NULL)"
        f" OR network_id IN (SELECT network_id FROM group_member WHERE {MINE} AND {OURS} AND until IS NULL) OR {OWNED}",
    ),
    "group_entry": f"({MINE} AND {OURS}) OR {WITH_US}",
    "group_member": f"({MINE} AND {OURS}) OR {OWNED}",
    **dict.fromkeys(
        "meeting meeting_action meeting_date meeting_decision meeting_guest meeting_item meeting_seat "
        "meeting_vote".split(),
        WITH_US,
    ),
    "network_company": f"{OURS} OR {OWNED}",
    "peer_group": "network_id IN (SELECT network_id FROM network_company WHERE org_id = :org AND until IS NULL)"
    f" OR {OWNED} OR id IN ({SEATS})",
    "background_task": f"{MINE} AND {OURS}",
    "content_key": KEPT_ABOUT,
    "idempotency_record": MINE,
    "notification": MINE,
    "notification_preference": MINE,
    "notification_quiet": MINE,
    "partner_call": OURS,
    "personal_favourite": MINE,
    "referral": f"id IN ({PARTS})",
    "referral_assignment": OURS,
    "referral_bar": f"situation_id IN (SELECT id FROM situation WHERE org_id = :org)"
    f" OR situation_id IN (SELECT situation_id FROM referral WHERE id IN ({PARTS}))",
    "referral_document": f"referral_id IN ({PARTS})",
    "referral_event": f"referral_id IN ({PARTS})",
    "referral_message": f"referral_id IN ({PARTS})",
    "referral_party": OURS,
    "saved_search": f"{MINE} AND {OURS}",
    "situation": OURS,
    "team_favourite": OURS,
    "unmet_need": OURS,
    "vault": OURS,
    "vault_box": OURS,
    "vault_member": f"{OURS} OR {MINE}",
    "vault_session": f"{OURS} OR {MINE}",
    **dict.fromkeys(
        "glass_break household_file household_entry household_person autonomy_grid filled_grid referral_ground "
        "situation_digest situation_reader subject_request team_note webhook webhook_attempt webhook_delivery "
        "person_message".split(),
        OURS,
    ),
}
OPEN = {  # every other table, and why it stands outside
    **dict.fromkeys(
        "organization user_account membership user_session access_grant recovery_code api_token "
        "sign_in_attempt security_key identity_provider provider_domain calendar_feed".split(),
        "who comes in is decided from it, before anybody acts",
    ),
    **dict.fromkeys(
        "organization_profile service service_area service_location service_stop service_revision service_report "
        "service_signal".split(),
        "the directory: public, or moderated by the host; names nobody who is helped",
    ),
    **dict.fromkeys(
        "audit_head chore_run outbox key_canary erasure mail_return retention_mark".split(),
        "numbers, digests and ids; belongs to nobody",
    ),
    **dict.fromkeys(
        "referral_link link_code link_session".split(), "opened by a secret, before anybody acts; hashes only"
    ),
    "network": "names of networks, and who coordinates them",
    "mail_message": "mails kept instead of sent, never in production",
}
PEOPLE = sorted({one.user for one in IDENTITIES.values() if one.user} - {"A.suspended", MAILBOX})


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def scene(request: pytest.FixtureRequest) -> Iterator[Scene]:
    app: Flask = request.getfixturevalue(f"{request.param}_app")
    with app.app_context():
        process_of(app)
        yield build(app)
        db.session.remove()
        empty(app)


@pytest.fixture(autouse=True)
def again() -> Iterator[None]:
    """Each test begins with a session of its own."""
    yield
    if has_app_context():
        db.session.remove()


def test_every_table_is_walled_or_says_why_not() -> None:
    assert set(walls.walled()) == set(REACHED)
    assert set(db.metadata.tables) == set(REACHED) | set(OPEN)


@pytest.mark.parametrize("person", PEOPLE)
def test_the_orm_reaches_what_is_theirs_and_nothing_else(scene: Scene, person: str) -> None:
    actor = scene.actor(person)
    scope.act_as(actor)
    for table, model in walls.walled().items():
        found = {_key(model, row) for row in session().scalars(select(model))}
        assert found == _truth(table, model, actor), table
        assert session().scalar(select(func.count()).select_from(model)) == len(found), table
        assert len(session().scalars(select(aliased(model))).all()) == len(found), table
    db.session.remove()


@pytest.mark.parametrize("person", [*PEOPLE, ""])
def test_sql_as_the_application_reaches_no_foreign_row(scene: Scene, person: str) -> None:
    if scene.app.extensions["maillage_settings"].database_owner_url == "":
        assert schema.weaknesses() == []  # SQLite has no such wall: the ORM's is the only one
        return
    actor = scene.actor(person) if person else None
    with db.engine.connect() as connection:
        _tell(connection, actor)
        for table, model in walls.walled().items():
            keys = ", ".join(f"CAST({column.name} AS text)" for column in model.__table__.primary_key)
            found = {tuple(row) for row in connection.execute(text(f"SELECT {keys} FROM {table}"))}
            assert found == (_truth(table, model, actor) if actor else set()), table


def test_foreign_rows_are_neither_changed_nor_removed_nor_added(scene: Scene) -> None:
    actor, stranger = scene.actor("B.intake"), scene.actor("D.intake")
    scope.act_as(stranger)
    foreign = [key for key in _truth("situation", Situation, scene.actor("A.referent"))]
    assert foreign
    assert session().get(Situation, UUID(foreign[0][0])) is None
    ids = [UUID(key[0]) for key in _truth("referral", Referral, actor)]
    assert ids
    changed = session().execute(update(Referral).where(Referral.id.in_(ids)).values(version=99))
    assert changed.rowcount == 0
    removed = session().execute(delete(ReferralParty).where(ReferralParty.referral_id.in_(ids)))
    assert removed.rowcount == 0
    session().rollback()
    if db.engine.dialect.name == "postgresql":
        intruding = ReferralParty(referral_id=ids[0], org_id=stranger.org_id, role="receiver")
        session().add(intruding)
        with pytest.raises(ProgrammingError, match="row-level security"):
            session().flush()
        session().rollback()


def test_what_was_told_ends_with_the_transaction(scene: Scene) -> None:
    scope.act_as(scene.actor("A.referent"))
    own = len(session().scalars(select(Situation)).all())
    session().rollback()
    assert own == len(session().scalars(select(Situation)).all()) > 0
    db.session.remove()
    with db.engine.connect() as connection:  # the pool gives the same connection back
        left = connection.execute(text("SELECT count(*) FROM situation")).scalar()
        assert left == 0 or db.engine.dialect.name == "sqlite"


def test_whoever_changes_is_another_from_then_on(scene: Scene) -> None:
    scope.act_as(scene.actor("A.referent"))
    assert session().scalars(select(Situation)).all()
    scope.act_as(None)
    assert scope.current(session()) == NOBODY
    assert session().scalars(select(Situation)).all() == []


def test_a_task_that_does_not_say_what_it_opens_is_stopped(scene: Scene) -> None:
    with unscoped("a test", Situation):
        assert session().scalars(select(Situation)).all()
        with pytest.raises(Trespass, match="Referral"):
            session().scalars(select(Referral)).all()


def test_the_owner_of_the_tables_may_not_serve(scene: Scene) -> None:
    assert schema.weaknesses() == []
    if db.engine.dialect.name == "postgresql":
        with schema.owner() as connection:
            assert any("bypasses" in one for one in walls.weaknesses(connection))


def _truth(table: str, model: type[walls.Walled], actor: Actor) -> set[tuple[str, ...]]:
    keys = ", ".join(column.name for column in model.__table__.primary_key)
    query = text(f"SELECT {keys} FROM {table} WHERE {REACHED[table]}")
    with schema.owner() as connection:
        on_sqlite = connection.dialect.name == "sqlite"
        who = {"org": actor.org_id, "me": actor.user_id}
        names = {name: value.hex if on_sqlite else value for name, value in who.items() if f":{name}" in query.text}
        return {tuple(_plain(value) for value in row) for row in connection.execute(query, names)}


def _key(model: type[walls.Walled], row: object) -> tuple[str, ...]:
    return tuple(_plain(getattr(row, column.name)) for column in model.__table__.primary_key)


def _plain(value: object) -> str:
    return str(UUID(value)) if isinstance(value, str) and len(value) == 32 else str(value)


def _tell(connection: Connection, actor: Actor | None) -> None:
    if actor is not None:
        told = text("SELECT set_config('maillage.org', :org, true), set_config('maillage.user', :me, true)")
        connection.execute(told, {"org": str(actor.org_id), "me": str(actor.user_id)})
