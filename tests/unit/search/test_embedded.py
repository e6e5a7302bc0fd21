import datetime as dt
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from maillage_search import bits, facts
from maillage_search.embedded import EmbeddedEngine
from maillage_search.port import Candidate, Filters, RetrievalPlan
from maillage_search.text import stem

from .conftest import BETHUNE, LENS, service


def names(engine: EmbeddedEngine, plan: RetrievalPlan) -> set[str]:
    return set(engine.identify(engine.retrieve(plan).candidates))


def words(*said: str) -> RetrievalPlan:
    return RetrievalPlan(stems=tuple({stem(word): 1.0} for word in said))


def test_index_find_update_and_erase(engine: EmbeddedEngine) -> None:
    assert engine.needs_rebuild
    assert engine.index([service(1, "Atelier couture"), service(2, "Garage solidaire")]) == 2
    assert names(engine, words("couture")) == {"s1"}
    assert engine.index([service(1, "Atelier cuisine", version=2)]) == 1
    assert names(engine, words("couture")) == set()
    assert names(engine, words("cuisine")) == {"s1"}
    assert engine.index([service(1, "Atelier couture", version=1)]) == 0, "an older version never wins"
    engine.delete(["s1", "never-there"])
    assert names(engine, words("cuisine")) == set()
    assert engine.versions() == {"s2": 1}


def test_rebuild_swaps_the_whole_index(engine: EmbeddedEngine) -> None:
    engine.index([service(1, "Ancien")])
    before = engine.retrieve(words("ancien"))
    assert engine.rebuild([service(2, "Nouveau"), service(3, "Nouvelle")]) == 2
    assert not engine.needs_rebuild
    assert engine.versions() == {"s2": 1, "s3": 1}
    assert engine.identify(before.candidates) == ["s1"], "a search in course keeps the index it began with"


def test_a_failed_rebuild_leaves_the_index_as_it_was(engine: EmbeddedEngine) -> None:
    engine.index([service(1, "Atelier")])

    def broken():
        yield service(2, "Autre")
        raise RuntimeError("database gone")

    with pytest.raises(RuntimeError):
        engine.rebuild(broken())
    assert engine.versions() == {"s1": 1}
    assert engine.index([service(3, "Suite")]) == 1


def test_another_process_reads_what_this_one_writes(engine: EmbeddedEngine, tmp_path: Path) -> None:
    engine.rebuild([service(1, "Atelier couture")])
    code = (
        "import sys; from pathlib import Path; from maillage_search.embedded import EmbeddedEngine;"
        "e = EmbeddedEngine(Path(sys.argv[1])); print(dict(e.versions()), e.needs_rebuild)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "index")], capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "{'s1': 1} False", done.stderr


def test_two_engines_on_one_folder_see_each_other(engine: EmbeddedEngine, tmp_path: Path) -> None:
    other = EmbeddedEngine(tmp_path / "index")
    engine.rebuild([service(1, "Atelier")])
    assert other.versions() == {"s1": 1}
    other.index([service(2, "Garage")])
    engine.index([service(3, "Crèche")])
    assert set(engine.versions()) == {"s1", "s2", "s3"}


def test_threads_write_and_search_together(engine: EmbeddedEngine) -> None:
    engine.index([service(0, "Atelier couture")])
    problems: list[BaseException] = []

    def write(number: int) -> None:
        try:
            engine.index([service(number, f"Service {number}")])
        except BaseException as problem:
            problems.append(problem)

    def read() -> None:
        try:
            for _ in range(20):
                assert "s0" in names(engine, words("couture"))
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(1, 7)]
    threads += [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    assert len(engine.versions()) == 7


def test_the_words_score_is_found_again_under_the_constants(engine: EmbeddedEngine) -> None:
    engine.index(
        [
            service(1, "Atelier couture", data_inclusion=("remobilisation--lien-social",), at=BETHUNE),
            service(2, "Atelier couture et broderie", themes=("social-ties",), at=LENS),
            service(3, "Couture", at=(48.85, 2.35)),
        ]
    )
    bare = words("couture", "atelier")
    alone = {c.key: c.text for c in engine.retrieve(bare).candidates}
    laden = RetrievalPlan(
        stems=bare.stems,
        concepts={"remobilisation--lien-social": 1.0, "social-ties": 0.6},
        center=BETHUNE,
        radius_km=400,
    )
    for candidate in engine.retrieve(laden).candidates:
        assert candidate.text == pytest.approx(alone[candidate.key], abs=0.01)


def test_areas_of_service_bring_far_services_in_and_tell_who_does_not_come(engine: EmbeddedEngine) -> None:
    engine.index(
        [
            service(1, "Soutien", at=(50.63, 3.06), areas=("departement:62",)),
            service(2, "Soutien", at=BETHUNE, areas=("commune:62498",)),
            service(3, "Soutien", at=(43.3, 5.4)),
            service(4, "Soutien", at=LENS),
        ]
    )
    plan = RetrievalPlan(
        stems=({stem("soutien"): 1.0},), center=BETHUNE, radius_km=30, areas=("commune:62119", "departement:62")
    )
    found = engine.retrieve(plan)
    served = dict(zip(engine.identify(found.candidates), (c.serves_place for c in found.candidates), strict=True))
    assert served == {"s1": True, "s2": False, "s4": False}


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        (Filters(publics=("women",)), {"s1"}),
        (Filters(themes=("addiction",)), {"s1", "s2"}),
        (Filters(modes=("remote", "on-site")), {"s1", "s2"}),
        (Filters(fees=("free",)), {"s1"}),
        (Filters(free_places=True), {"s2"}),
        (Filters(open_to_all=True), {"s1", "s3"}),
        (Filters(countries=("BE",)), {"s3"}),
        (Filters(publics=("women",), fees=("paid",)), set()),
    ],
)
def test_filters(engine: EmbeddedEngine, filters: Filters, kept: set[str]) -> None:
    engine.index(
        [
            service(1, "Écoute", themes=("alcohol",), publics=("pregnant-women",), modes=("remote",), fee="free"),
            service(2, "Écoute", themes=("addiction",), modes=("on-site",), capacity="free", open_to="tenants"),
            service(3, "Écoute", country="BE"),
        ]
    )
    found = engine.retrieve(RetrievalPlan(stems=({stem("ecoute"): 1.0},), filters=filters))
    assert set(engine.identify(found.candidates)) == kept
    assert found.total == len(kept)


def test_facets_count_every_match(engine: EmbeddedEngine) -> None:
    engine.index([service(n, "Écoute", themes=("addiction",) if n % 3 else ("eviction",)) for n in range(1, 10)])
    found = engine.retrieve(RetrievalPlan(stems=({stem("ecoute"): 1.0},), limit=2))
    assert {facet.code: facet.count for facet in found.facets["themes"]} == {"addiction": 6, "eviction": 3}


def test_directory_corrects_names_and_keeps_rare_words_of_texts_to_itself(engine: EmbeddedEngine) -> None:
    engine.index([service(1, "France services de Valserhône", description="Demander Zygomar à l’accueil")])
    assert engine.knows("valserhone")
    assert not engine.knows("zygomar")
    assert engine.correct("valsehrone") == "valserhone"
    assert engine.correct("ccas") is None


def test_facts_survive_packing() -> None:
    document = service(
        1, "X", capacity="waiting", capacity_on=dt.date(2026, 2, 3), verified_on=dt.date(2025, 12, 31),
        answer_median_days=2.5, answer_sample=12, approximate=True, areas=("country:FR",), category="cpas",
    )  # fmt: skip
    known = facts.unpack(facts.pack(document))
    assert (known.capacity, known.capacity_on, known.verified_on) == (
        "waiting",
        dt.date(2026, 2, 3),
        dt.date(2025, 12, 31),
    )
    assert (known.answer_median_days, known.answer_sample) == (2.5, 12)
    assert (known.approximate, known.has_areas, known.first_line, known.itinerant) == (True, True, True, False)
    assert facts.pack(document) < 2**63


def test_bits_survive_packing() -> None:
    codes = {"addiction", "sante--addictions", "sante", bits.public_code("seniors")}
    numbers = bits.pack([*codes, "no-such-code"])
    assert all(0 <= number < 2**63 for number in numbers)
    assert set(bits.unpack(bits.join(numbers))) == codes


def test_candidates_belong_to_their_engine(engine: EmbeddedEngine) -> None:
    stranger = Candidate(ref=1, key=1, text=0, concept_bits=0, lat=None, lon=None, group=1, facts=0)
    with pytest.raises(AssertionError):
        engine.identify([stranger])
