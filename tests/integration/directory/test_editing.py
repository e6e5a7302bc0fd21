"""Writing services: who may, what is public meanwhile, what is kept."""

from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from factories.accounts import actor_of, make_organization, make_user
from factories.directory import make_service
from maillage.directory import queries, service
from maillage.directory.content import LocationContent, ServiceContent
from maillage.directory.models import Service
from maillage.kernel import audit, jobs
from maillage.kernel.actor import Actor
from maillage.kernel.db import session
from maillage.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from maillage_search.embedded import EmbeddedEngine


def editor(**organization: str) -> Actor:
    org = make_organization(**organization)
    return actor_of(make_user(org, ("org_admin",)), org)


def moderator() -> Actor:
    host = make_organization(kind="host")
    return actor_of(make_user(host, ("platform_admin",)), host)


def content(**overrides: object) -> ServiceContent:
    values: dict[str, object] = {
        "name": "Visites de convivialité",
        "themes": ("elderly-isolation",),
        "address_visibility": "public",
        "locations": (LocationContent(address="3 rue du Pot d’Étain", commune_code="62119", postcode="62400"),),
        "areas": ("commune:62119", "epci:200072460"),
    }
    return ServiceContent.model_validate(values | overrides)


def stored(service_id: object) -> Service:
    session().rollback()
    return session().scalars(select(Service).where(Service.id == service_id)).one()


def public_name(service_id: object) -> str | None:
    session().rollback()
    found = queries.visible_service(session(), service_id, None)  # type: ignore[arg-type]
    return found.name if found else None


def test_a_vetted_organisation_publishes_at_once(app: Flask, engine: EmbeddedEngine) -> None:
    actor = editor()
    service_id = service.create_service(actor, content=content())
    assert public_name(service_id) == "Visites de convivialité"
    assert stored(service_id).data_inclusion == ["remobilisation--lien-social"]
    jobs.drain()
    assert list(engine.versions()) == [str(service_id)]
    trail = session().scalars(select(audit.AuditEntry.action).where(audit.AuditEntry.subject_id == service_id)).all()
    assert sorted(trail) == ["service.created", "service.published"]


def test_a_change_that_waits_stays_invisible_and_the_last_version_public(app: Flask) -> None:
    actor = editor(status="pending")
    service_id = service.create_service(actor, content=content())
    assert public_name(service_id) is None
    chief = moderator()
    service.approve_revision(chief, revision_id=queries.pending_revisions(session())[0].id)
    assert public_name(service_id) == "Visites de convivialité"

    service.update_service(actor, service_id=service_id, content=content(name="Tout autre chose"))
    assert public_name(service_id) == "Visites de convivialité"
    waiting = queries.pending_revision(session(), service_id)
    assert waiting is not None
    service.reject_revision(chief, revision_id=waiting.id, reason="Le nom ne dit pas ce qui est proposé.")
    assert public_name(service_id) == "Visites de convivialité"
    assert [revision.state for revision in queries.history(session(), service_id)] == ["rejected", "approved"]
    with pytest.raises(Conflict):
        service.approve_revision(chief, revision_id=waiting.id)


def test_a_second_proposal_replaces_the_first(app: Flask) -> None:
    actor = editor(status="pending")
    service_id = service.create_service(actor, content=content())
    service.publish_service(actor, service_id=service_id)
    assert len(queries.pending_revisions(session())) == 1


def test_a_draft_is_seen_by_its_own_people_only(app: Flask) -> None:
    actor, stranger = editor(), editor()
    service_id = service.create_service(actor, content=content(), publish=False)
    assert queries.visible_service(session(), service_id, None) is None
    assert queries.visible_service(session(), service_id, stranger) is None
    assert queries.visible_service(session(), service_id, actor) is not None


VERBS = {
    "update": lambda who, it: service.update_service(who, service_id=it, content=content()),
    "publish": lambda who, it: service.publish_service(who, service_id=it),
    "hide": lambda who, it: service.hide_service(who, service_id=it),
    "close": lambda who, it: service.close_service(who, service_id=it),
    "capacity": lambda who, it: service.set_capacity(who, service_id=it, state="full"),
    "confirm": lambda who, it: service.confirm_fresh(who, service_id=it),
    "approve": lambda who, it: service.approve_revision(who, revision_id=it),
    "settle": lambda who, it: service.settle_report(who, report_id=it, outcome="corrected"),
}


@pytest.mark.parametrize("verb", VERBS)
def test_foreign_and_unknown_are_the_same(app: Flask, verb: str) -> None:
    foreign = make_service(make_organization()).id
    actor = editor()
    for target in (foreign, uuid4()):
        with pytest.raises(NotFound):
            VERBS[verb](actor, target)


def test_a_referent_of_the_same_organisation_does_not_edit(app: Flask) -> None:
    org = make_organization()
    actor = actor_of(make_user(org, ("referent",)), org)
    with pytest.raises(Forbidden):
        service.create_service(actor, content=content())
    with pytest.raises(NotFound):
        service.hide_service(actor, service_id=make_service(org).id)


def test_a_colleagues_change_in_between_is_not_lost(app: Flask) -> None:
    actor = editor()
    service_id = service.create_service(actor, content=content())
    opened_on = stored(service_id).edition
    service.update_service(actor, service_id=service_id, content=content(name="Première"), edition=opened_on)
    with pytest.raises(Conflict):
        service.update_service(actor, service_id=service_id, content=content(name="Seconde"), edition=opened_on)
    assert public_name(service_id) == "Première"


def test_editing_a_hidden_service_does_not_bring_it_back(app: Flask) -> None:
    actor = editor()
    service_id = service.create_service(actor, content=content())
    service.hide_service(actor, service_id=service_id)
    assert service.update_service(actor, service_id=service_id, content=content(name="Autre nom")) is None
    assert public_name(service_id) is None
    service.publish_service(actor, service_id=service_id)
    assert public_name(service_id) == "Autre nom"


def test_a_version_that_waited_is_gone_once_the_service_is_withdrawn(app: Flask) -> None:
    actor = editor(status="pending")
    service_id = service.create_service(actor, content=content())
    waiting = queries.pending_revisions(session())[0].id
    service.hide_service(actor, service_id=service_id)
    with pytest.raises(Conflict):
        service.approve_revision(moderator(), revision_id=waiting)
    assert public_name(service_id) is None


def test_locations_and_areas_are_replaced_by_an_edit(app: Flask) -> None:
    actor = editor()
    service_id = service.create_service(actor, content=content())
    bus = LocationContent(kind="itinerant", name="Bus", stops=({"place": "Marché", "commune_code": "62119"},))  # type: ignore[arg-type]
    service.update_service(actor, service_id=service_id, content=content(locations=(bus,), areas=("commune:62119",)))
    found = queries.services(session(), [service_id])[service_id]
    assert [location.kind for location in found.locations] == ["itinerant"]
    assert [stop.place for stop in found.locations[0].stops] == ["Marché"]
    assert [area.token for area in found.areas] == ["commune:62119"]


def test_a_reported_error_reaches_the_owner_and_nobody_else(app: Flask) -> None:
    actor, stranger = editor(), editor()
    org_id = actor.org_id
    assert org_id is not None
    service_id = service.create_service(actor, content=content())
    service.report_error(None, service_id=service_id, kind="hours", message="Fermé le lundi.")
    assert [report.message for report in queries.open_reports(session(), actor)] == ["Fermé le lundi."]
    assert queries.open_reports(session(), stranger) == []
    with pytest.raises(Invalid):
        service.report_error(None, service_id=service_id, kind="rumeur")
    report = queries.open_reports(session(), actor)[0]
    service.settle_report(actor, report_id=report.id, outcome="corrected")
    assert queries.open_reports(session(), actor) == []


def test_a_record_without_owner_is_corrected_by_moderators(app: Flask) -> None:
    listed = make_service(make_organization(status="listed"))
    service.report_error(None, service_id=listed.id, kind="closed")
    chief = moderator()
    report = queries.open_reports(session(), chief)[0]
    service.close_service(chief, service_id=listed.id)
    service.settle_report(chief, report_id=report.id, outcome="corrected")
    assert public_name(listed.id) is None
