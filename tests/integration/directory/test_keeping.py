"""What readers keep, on both databases: searches that tell, favourites, booklets that fade."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl
from uuid import uuid4

import pytest
from sqlalchemy import select

from factories.accounts import actor_of, make_organization, make_user
from factories.directory import make_service
from maillage.accounts.models import Organization, User
from maillage.directory import search_state
from maillage.directory import service as directory
from maillage.directory.keeping import queries, service
from maillage.directory.keeping.models import SavedSearch
from maillage.directory.keeping.short import lengthen, shorten
from maillage.directory.search_state import SearchState
from maillage.kernel import background, clock, jobs
from maillage.kernel.actor import SYSTEM, Actor
from maillage.kernel.db import session, transaction
from maillage.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from maillage.notifications.models import Notification
from maillage_search.embedded import EmbeddedEngine

FOOD = search_state.read([("t", "food-aid.100"), ("place", "commune:62119")])


@pytest.fixture
def org(engine: EmbeddedEngine) -> Organization:
    org = make_organization()
    make_service(org, name="Épicerie solidaire", themes=["food-aid"], summary="Des produits à petit prix.")
    directory.rebuild_index(SYSTEM)
    return org


@pytest.fixture
def user(org: Organization) -> User:
    return make_user(org)


@pytest.fixture
def actor(user: User, org: Organization) -> Actor:
    return actor_of(user, org)


def arrives(org: Organization, name: str) -> None:
    """A service is published, and the index follows as it does by itself."""
    made = make_service(org, name=name, themes=["food-aid"], summary="Des colis alimentaires.")
    directory.project([made.id])
    service.look_again()


def stored(actor: Actor) -> SavedSearch:
    session().expire_all()
    return queries.saved_searches(session(), actor)[0]


def notices() -> list[Notification]:
    return list(session().scalars(select(Notification)))


def test_an_immediate_search_tells_what_appears_once_and_nothing_of_it(actor: Actor, org: Organization) -> None:
    service.save_search(actor, state=FOOD, name="Colis", frequency="immediate")
    service.run_due_searches(clock.now())
    assert notices() == []
    arrives(org, "Colis du samedi")
    assert service.run_due_searches(clock.now()) == 1
    assert service.run_due_searches(clock.now()) == 0
    (told,) = notices()
    assert told.link == f"/recherches/{stored(actor).id}"
    assert len(stored(actor).fresh) == 1
    service.mark_seen(actor, search_id=stored(actor).id)
    assert stored(actor).fresh == []


@pytest.mark.parametrize(("frequency", "days"), [("weekly", 7), ("monthly", 30)])
def test_a_paced_search_waits_for_its_day(actor: Actor, org: Organization, frequency: str, days: int) -> None:
    service.save_search(actor, state=FOOD, name="Colis", frequency=frequency)
    arrives(org, "Colis du samedi")
    assert service.run_due_searches(clock.now() + timedelta(days=days - 1)) == 0
    assert service.run_due_searches(clock.now() + timedelta(days=days, minutes=1)) == 1


def test_a_search_without_alert_never_runs(actor: Actor, org: Organization) -> None:
    service.save_search(actor, state=FOOD, name="Colis", frequency="none")
    arrives(org, "Colis du samedi")
    assert service.run_due_searches(clock.now() + timedelta(days=400)) == 0


def test_whoever_left_the_organisation_is_told_nothing(actor: Actor, user: User, org: Organization) -> None:
    service.save_search(actor, state=FOOD, name="Colis", frequency="immediate")
    with transaction() as tx:
        tx.get_one(User, user.id).active = False
    arrives(org, "Colis du samedi")
    service.run_due_searches(clock.now())
    assert notices() == []


def test_only_codes_are_kept(actor: Actor) -> None:
    service.save_search(actor, state=FOOD, name="Colis", frequency="none")
    kept = dict(parse_qsl(stored(actor).params))
    assert kept.keys() == {"t", "c", "place"} and kept["place"] == "commune:62119"


def test_opening_hours_are_of_a_moment_and_not_kept(actor: Actor) -> None:
    """What is shut tonight belongs in a booklet of tomorrow, and in an alert."""
    now = replace(FOOD, opening="now")
    service.save_search(actor, state=now, name="Colis", frequency="weekly")
    saved = stored(actor)
    assert "ouvert" not in dict(parse_qsl(saved.params))
    assert len(saved.known) == 1
    booklet_id = service.order_booklet(actor, state=now)
    jobs.drain()
    session().expire_all()
    assert background.task_of(session(), actor, booklet_id).total == 1
    nothing_else = SearchState(opening="now")
    with pytest.raises(Invalid):
        service.order_booklet(actor, state=nothing_else)
    with pytest.raises(Invalid):
        service.save_search(actor, state=nothing_else, name="Ouvert", frequency="none")


@pytest.mark.parametrize(
    ("state", "name", "frequency"),
    [(SearchState(), "Vide", "none"), (FOOD, "", "none"), (FOOD, "x" * 81, "none"), (FOOD, "Colis", "hourly")],
)
def test_what_is_no_search_is_refused(actor: Actor, state: SearchState, name: str, frequency: str) -> None:
    with pytest.raises(Invalid):
        service.save_search(actor, state=state, name=name, frequency=frequency)


def test_a_foreign_search_is_an_unknown_one(actor: Actor, org: Organization) -> None:
    search_id = service.save_search(actor, state=FOOD, name="Colis", frequency="none")
    colleague = actor_of(make_user(org), org)
    for act in (service.forget_search, service.mark_seen):
        with pytest.raises(NotFound):
            act(colleague, search_id=search_id)
    with pytest.raises(NotFound):
        service.change_search(colleague, search_id=search_id, name="À moi", frequency="none")
    assert stored(actor).name == "Colis"


def test_favourites_are_one_s_own_and_the_team_s_are_shared(actor: Actor, org: Organization) -> None:
    kept, colleague = make_service(org).id, actor_of(make_user(org), org)
    for _ in range(2):
        service.keep(actor, service_id=kept, wanted=True)
        service.keep_for_team(actor, service_id=kept, wanted=True)
    service.annotate(colleague, service_id=kept, note="Demander l’accueil du matin.")
    assert queries.favourites(session(), actor) == [kept]
    assert queries.favourites(session(), colleague) == []
    assert [one.note for one in queries.team_favourites(session(), colleague)] == ["Demander l’accueil du matin."]
    service.keep_for_team(colleague, service_id=kept, wanted=False)
    assert queries.kept(session(), actor).team == frozenset()
    with pytest.raises(NotFound):
        service.annotate(actor, service_id=kept, note="Trop tard.")


def test_what_nobody_may_read_cannot_be_kept(actor: Actor, org: Organization) -> None:
    for unknown in (make_service(org, status="hidden").id, uuid4()):
        with pytest.raises(NotFound):
            service.keep(actor, service_id=unknown, wanted=True)


def test_a_volunteer_does_not_touch_the_team_s_list(org: Organization) -> None:
    volunteer = actor_of(make_user(org, ("volunteer",)), org)
    with pytest.raises(Forbidden):
        service.keep_for_team(volunteer, service_id=make_service(org).id, wanted=True)


def test_a_list_has_an_end(actor: Actor, org: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maillage.directory.keeping.service.favourites.MOST_FAVOURITES", 1)
    service.keep(actor, service_id=make_service(org).id, wanted=True)
    with pytest.raises(Conflict):
        service.keep(actor, service_id=make_service(org).id, wanted=True)


def test_a_booklet_is_made_aside(actor: Actor, org: Organization) -> None:
    odd = make_service(org, name="Colis d’Œuilly – « Ǧ » \u202f漢", themes=["food-aid"], address_visibility="never")
    directory.project([odd.id])
    booklet_id = service.order_booklet(actor, state=FOOD)
    jobs.drain()
    booklet, chunks = background.opened_file(session(), actor, booklet_id, fresh=False)
    assert (booklet.state, booklet.done, booklet.total) == ("done", 2, 2)
    assert (paper := b"".join(chunks)).startswith(b"%PDF-") and b"12 rue des Martyrs" not in paper


def test_a_booklet_of_nothing_says_so(actor: Actor) -> None:
    nowhere = search_state.read([("t", "vehicle-repair.100"), ("place", "commune:75056"), ("only", "free")])
    booklet_id = service.order_booklet(actor, state=nowhere)
    jobs.drain()
    booklet = background.task_of(session(), actor, booklet_id)
    assert (booklet.state, booklet.error) == ("failed", "empty")


def test_a_short_address_leads_back_and_nonsense_nowhere() -> None:
    service_id = uuid4()
    assert lengthen(shorten(service_id)) == service_id and len(shorten(service_id)) == 22
    for text in ("", "é", "abc", shorten(service_id)[:-1], shorten(service_id) + "A", "=" * 22, "!" * 22):
        assert lengthen(text) is None
