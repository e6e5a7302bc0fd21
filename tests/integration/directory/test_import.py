"""Files come in whole, bad rows aside, and a second time changes nothing."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from factories.accounts import actor_of, make_organization, make_user
from maillage.accounts.models import Organization
from maillage.directory import queries, service
from maillage.directory.imports import Report, run_import
from maillage.directory.models import Location, Service
from maillage.kernel import audit, jobs
from maillage.kernel.actor import SYSTEM
from maillage.kernel.db import session, transaction
from maillage.kernel.errors import Forbidden, Invalid
from maillage_search.embedded import EmbeddedEngine

HEADER = [
    "id_fs", "insee_dep", "lib_fs", "adresse", "complement_adresse", "insee_com", "code_postal", "lib_com", "latitude",
    "longitude", "mail", "telephone", "h_lundi", "h_mardi", "h_mercredi", "h_jeudi", "h_vendredi", "h_samedi",
    "prise_rdv", "commentaire", "type_fs", "format_fs", "groupe_fs",
]  # fmt: skip
ROW = {
    "id_fs": "1", "lib_fs": "France services de Béthune", "adresse": "6 place Clemenceau", "insee_com": "62119",
    "code_postal": "62400", "lib_com": "Béthune", "latitude": "50.53", "longitude": "2.64", "h_lundi": "09:00 - 12:00",
    "telephone": "03 21 00 00 00", "prise_rdv": "Oui", "format_fs": "Fixe",
}  # fmt: skip
BUS = ROW | {
    "id_fs": "2",
    "lib_fs": "Bus France services",
    "telephone": "06 12 34 56 78",
    "format_fs": "Bus_équivalent",
}


def write(path: Path, *rows: dict[str, str], encoding: str = "utf-8", delimiter: str = ",", extra: str = "") -> Path:
    out = io.StringIO()
    writer = csv.DictWriter(out, HEADER, delimiter=delimiter, restval="")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes((out.getvalue() + extra).encode(encoding))
    return path


def run(path: Path, form: str = "france-services", **options: Any) -> Report:
    return run_import(SYSTEM, path=path, format=form, **options)


def count(model: type) -> int:
    session().rollback()
    return session().scalar(select(func.count()).select_from(model)) or 0


def test_rows_become_listed_organisations_and_services_of_the_index(
    app: Flask, engine: EmbeddedEngine, tmp_path: Path
) -> None:
    report = run(write(tmp_path / "fs.csv", ROW, BUS))
    assert report.counts() == {"created": 2, "updated": 0, "unchanged": 0, "refused": 0}
    jobs.drain()
    assert len(engine.versions()) == 2
    found = {it.source_id: it for it in session().scalars(select(Service))}
    assert found["1"].locations[0].opening_hours == "Mo 09:00-12:00"
    assert found["1"].data_inclusion[0] == "numerique--acceder-a-des-services-en-ligne"
    assert found["1"].organization.status == "listed"
    assert [area.token for area in found["2"].areas] == ["epci:200072460"]
    assert found["2"].locations[0].kind == "itinerant"
    assert found["2"].phone == "06 12 34 56 78"
    entries = session().scalars(select(audit.AuditEntry).where(audit.AuditEntry.action == "directory.imported")).all()
    assert [entry.details["created"] for entry in entries] == [2]


def test_the_same_file_again_writes_nothing(app: Flask, tmp_path: Path, count_statements: Any) -> None:
    path = write(tmp_path / "fs.csv", ROW, BUS)
    run(path)
    with count_statements as counted:
        report = run(path)
    assert report.counts() == {"created": 0, "updated": 0, "unchanged": 2, "refused": 0}
    assert not [sql for sql in counted.statements if sql.startswith(("INSERT", "UPDATE", "DELETE"))]


def test_a_row_left_alone_still_counts_as_read(app: Flask, tmp_path: Path) -> None:
    """What is told of a file is the same the second time, though most of its rows were skipped."""
    odd_hours = BUS | {"id_fs": "5", "h_mardi": "le matin"}
    path = write(tmp_path / "fs.csv", ROW, odd_hours, ROW | {"adresse": "ailleurs"}, ROW, extra="8,trop,court\r\n")
    first, again = run(path), run(path)
    assert again.counts() == {"created": 0, "updated": 0, "unchanged": 2, "refused": 3}
    assert [(it.line, it.reason) for it in again.refusals] == [(it.line, it.reason) for it in first.refusals]


def test_rows_are_read_again_under_other_rules(app: Flask, tmp_path: Path, count_statements: Any) -> None:
    path = write(tmp_path / "fs.csv", ROW, BUS)
    run(path)
    with transaction() as tx:
        tx.execute(update(Service).values(source_mark="of other rules"))
        tx.execute(update(Service).where(Service.source_id == "1").values(source_digest="of other rules"))
    assert run(path).counts() == {"created": 0, "updated": 1, "unchanged": 1, "refused": 0}
    with count_statements as counted:
        assert run(path).unchanged == 2
    assert not [sql for sql in counted.statements if sql.startswith(("INSERT", "UPDATE", "DELETE"))]


def test_the_same_record_written_otherwise_is_not_a_change(app: Flask, tmp_path: Path) -> None:
    run(write(tmp_path / "fs.csv", ROW))
    assert run(write(tmp_path / "fs.csv", ROW | {"groupe_fs": "autre"})).counts()["unchanged"] == 1
    assert session().scalars(select(Service.version)).all() == [1]


def test_what_changed_is_updated_alone(app: Flask, engine: EmbeddedEngine, tmp_path: Path) -> None:
    run(write(tmp_path / "fs.csv", ROW, BUS))
    jobs.drain()
    report = run(write(tmp_path / "fs.csv", ROW | {"adresse": "1 rue neuve"}, BUS))
    assert report.counts() == {"created": 0, "updated": 1, "unchanged": 1, "refused": 0}
    changed = session().scalars(select(Service).where(Service.source_id == "1")).one()
    assert [place.address for place in changed.locations] == ["1 rue neuve"]
    assert changed.version == 2
    assert count(Location) == 2
    jobs.drain()
    assert service.index_drift() == {"missing": 0, "stale": 0, "extra": 0}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_usual_encodings_and_delimiters(app: Flask, tmp_path: Path, encoding: str, delimiter: str) -> None:
    report = run(write(tmp_path / "fs.csv", ROW, encoding=encoding, delimiter=delimiter))
    assert report.created == 1
    assert session().scalars(select(Service.name)).all() == ["France services de Béthune"]


def test_bad_rows_are_refused_alone_with_line_field_and_reason(app: Flask, tmp_path: Path) -> None:
    nameless = ROW | {"id_fs": "3", "lib_fs": ""}
    nowhere = ROW | {
        "id_fs": "4",
        "latitude": "",
        "longitude": "",
        "insee_com": "00000",
        "code_postal": "",
        "lib_com": "",
    }
    odd_hours = ROW | {"id_fs": "5", "h_mardi": "le matin"}
    no_point = ROW | {"id_fs": "6", "latitude": "quarante", "longitude": "2,64"}
    nul = ROW | {"id_fs": "7", "commentaire": "a\x00b"}
    rows = (ROW, nameless, ROW, nowhere, odd_hours, no_point, nul)
    report = run(write(tmp_path / "fs.csv", *rows, extra="8,trop,court\r\n"))
    assert report.counts() == {"created": 4, "updated": 0, "unchanged": 0, "refused": 4}
    told = {(found.line, found.field, found.kept) for found in report.refusals}
    assert told == {
        (3, "lib_fs", False), (4, "id", False), (5, "insee_com", False), (6, "h_lundi", True),
        (7, "latitude", True), (9, "", False),
    }  # fmt: skip
    assert all(found.reason.endswith((".", "matin")) for found in report.refusals)
    report.write_refusals(tmp_path / "refus.csv")
    assert len((tmp_path / "refus.csv").read_text(encoding="utf-8-sig").splitlines()) == 7


def test_a_dry_run_tells_the_same_and_writes_nothing(app: Flask, tmp_path: Path) -> None:
    path = write(tmp_path / "fs.csv", ROW, BUS, ROW)
    steps: list[tuple[int, int]] = []
    foreseen = run(path, dry_run=True, progress=lambda done, total: steps.append((done, total)))
    assert count(Service) == count(Organization) == 0
    assert run(path).counts() == foreseen.counts()
    assert steps == [(3, 3)]


def test_another_file_is_refused_whole_in_words(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "autre.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(Invalid, match="colonnes attendues"):
        run(path)
    path.write_text("{}\n", encoding="utf-8")
    with pytest.raises(Invalid, match="champs attendus"):
        run(path, "data-inclusion-services")


def test_an_import_leaves_alone_what_an_organisation_has_claimed(app: Flask, tmp_path: Path) -> None:
    run(write(tmp_path / "fs.csv", ROW))
    with transaction() as tx:
        tx.execute(update(Organization).values(status="vetted"))
    assert run(write(tmp_path / "fs.csv", ROW)).counts()["unchanged"] == 1
    report = run(write(tmp_path / "fs.csv", ROW | {"lib_fs": "Autre nom"}))
    assert report.counts() == {"created": 0, "updated": 0, "unchanged": 0, "refused": 1}
    assert session().scalars(select(Service.name)).all() == ["France services de Béthune"]


def test_a_hidden_service_stays_hidden(app: Flask, tmp_path: Path) -> None:
    run(write(tmp_path / "fs.csv", ROW))
    host = make_organization(kind="host")
    it = session().scalars(select(Service)).one()
    service.hide_service(actor_of(make_user(host, ("platform_admin",)), host), service_id=it.id)
    run(write(tmp_path / "fs.csv", ROW | {"adresse": "1 rue neuve"}))
    assert queries.visible_service(session(), it.id, None) is None


def test_only_the_host_imports(app: Flask, tmp_path: Path) -> None:
    org = make_organization()
    with pytest.raises(Forbidden):
        run_import(actor_of(make_user(org), org), path=write(tmp_path / "fs.csv", ROW), format="france-services")


def di_service(**overrides: Any) -> str:
    values = {
        "id": "s1", "structure_id": "o1", "source": "dora", "nom": "Garage solidaire",
        "presentation_resume": "Réparer.",
        "types": ["aide-materielle"], "frais_autres": None, "prise_rdv": "https://garage.example", "thematiques_v0": [],
        "thematiques_v1": ["mobilite--entretenir-reparer-son-vehicule"],
    }  # fmt: skip
    return json.dumps(values | overrides, ensure_ascii=False)


@pytest.mark.parametrize("shape", ["lines", "array"])
def test_services_of_data_inclusion(app: Flask, tmp_path: Path, shape: str) -> None:
    place = {"nom": "Garage du Nord", "code_insee": "62119", "adresse": "2 rue X", "latitude": 50.5, "longitude": 2.6}
    records = [di_service(structure=place), di_service(id="s2"), di_service(id="s3", structure_id="o2")]
    path = tmp_path / "di.jsonl"
    path.write_text("[" + ",".join(records) + "]" if shape == "array" else "\n".join([*records, "{pas du json"]))
    report = run(path, "data-inclusion-services")
    assert report.created == 3
    assert report.refused == (0 if shape == "array" else 1)
    found = {it.source_id: it for it in session().scalars(select(Service))}
    assert found["s1"].themes == ["vehicle-repair"]
    assert found["s1"].url == "https://garage.example"
    assert found["s2"].organization.name == "Garage du Nord"
    assert found["s3"].organization.name == "Organisation non précisée"


def test_a_name_found_later_reaches_the_index(app: Flask, engine: EmbeddedEngine, tmp_path: Path) -> None:
    path = tmp_path / "di.jsonl"
    path.write_text(di_service())
    run(path, "data-inclusion-services")
    jobs.drain()
    structures = tmp_path / "structures.csv"
    columns = "id,source,nom,pivot,adresse,code_postal,commune,code_insee,latitude,longitude,services"
    structures.write_text(f"{columns}\no1,dora,Garage du Nord,,,62400,Béthune,62119,,,\n", encoding="utf-8")
    run(structures, "data-inclusion-structures")
    jobs.drain()
    assert {it.organization.name for it in session().scalars(select(Service))} == {"Garage du Nord"}
    assert service.index_drift() == {"missing": 0, "stale": 0, "extra": 0}
    assert run(path, "data-inclusion-services").unchanged == 1
