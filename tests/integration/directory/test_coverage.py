"""Which partners work in a territory: those of a part of it and round it, not those of elsewhere or of nowhere told."""

from datetime import timedelta

from flask import Flask

from factories.accounts import make_organization
from factories.directory import make_service
from maillage.directory.coverage import coverage
from maillage.kernel import clock
from maillage.kernel.db import session


def test_services_are_counted_by_where_they_work_and_how_fresh_they_are(app: Flask) -> None:
    lens, far = make_organization(name="Lens Entraide"), make_organization()
    old = clock.today() - timedelta(days=400)
    make_service(lens, name="Ancien", areas=("commune:62498",), locations=[], verified_on=old)
    make_service(lens, areas=("region:32",), locations=[], capacity="free")
    make_service(lens, areas=(), address_visibility="never")  # in Béthune, and nobody may count it there
    make_service(far, areas=("departement:75",), locations=[])
    make_service(far, areas=("country:FR",), locations=[])
    found = coverage(session(), "departement:62")
    assert (found.partners, found.services, found.with_room, found.stale) == (1, 2, 1, 1)
    assert [(one.name, one.org_name, one.verified_on) for one in found.oldest] == [("Ancien", "Lens Entraide", old)]
