"""What any engine must do. Each test runs on tantivy and on a real cluster."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from factories.search import PARTNER, directory, make_document, newer
from maillage_search.port import Filters, RetrievalPlan, SearchEngine, ServiceDocument
from maillage_search.text import stem

from .conftest import ask

BETHUNE = (50.5297, 2.64)
NOWHERE_AT_SEA = (45.0, -30.0)


def found(engine: SearchEngine, *words: str) -> set[str]:
    return set(engine.identify(engine.retrieve(words_plan(*words)).candidates))


def words_plan(*words: str) -> RetrievalPlan:
    return RetrievalPlan(stems=tuple({stem(word): 1.0} for word in words))


def names(engine: SearchEngine, plan: RetrievalPlan) -> set[str]:
    known = {document.id: document.name for document in directory()}
    return {known[one] for one in engine.identify(engine.retrieve(plan).candidates)}


def test_a_record_is_found_as_it_is_now(engine: SearchEngine) -> None:
    sewing = make_document("Couture", id="one")
    assert engine.index([sewing, make_document("Poterie", id="two")]) == 2
    assert found(engine, "couture") == {"one"}
    assert engine.index([newer(sewing, name="Broderie")]) == 1
    assert found(engine, "couture") == set()
    assert found(engine, "broderie") == {"one"}
    assert engine.versions() == {"one": 2, "two": 1}


def test_what_is_older_never_wins(engine: SearchEngine) -> None:
    first = make_document("Couture", id="one", version=7)
    engine.index([first])
    assert engine.index([make_document("Poterie", id="one", version=6)]) == 0
    assert found(engine, "couture") == {"one"}
    assert engine.versions() == {"one": 7}


def test_what_is_taken_away_is_gone_and_may_come_back_as_it_was(engine: SearchEngine) -> None:
    document = make_document("Couture", id="one", organization="Zinzolin", phone="0321998877")
    engine.index([document])
    assert engine.knows("zinzolin")
    assert engine.knows_phone("+33321998877")
    engine.delete(["one", "never there"])
    assert found(engine, "couture") == set()
    assert engine.versions() == {}
    assert not engine.knows("zinzolin")
    assert not engine.knows_phone("+33321998877")
    assert engine.index([document]) == 1
    assert found(engine, "couture") == {"one"}


def test_long_lists_of_ids(engine: SearchEngine) -> None:
    engine.rebuild(make_document(f"Couture {number}", id=f"n{number}") for number in range(12_000))
    assert len(engine.versions()) == 12_000
    engine.delete(f"n{number}" for number in range(11_999))
    assert engine.versions() == {"n11999": 1}
    assert found(engine, "couture") == {"n11999"}
    engine.delete([])


def test_a_rebuild_replaces_everything(engine: SearchEngine) -> None:
    engine.index([make_document("Couture", id="one")])
    assert engine.rebuild([make_document("Poterie", id="two"), make_document("Broderie", id="three")]) == 2
    assert engine.versions() == {"two": 1, "three": 1}
    assert found(engine, "couture") == set()
    assert engine.rebuild([]) == 0
    assert engine.versions() == {}


def test_a_rebuild_cut_short_changes_nothing(engine: SearchEngine) -> None:
    engine.index([make_document("Couture", id="one")])

    def broken() -> Iterator[ServiceDocument]:
        yield make_document("Poterie", id="two")
        raise LookupError("the database is gone")

    with pytest.raises(LookupError):
        engine.rebuild(broken())
    assert engine.versions() == {"one": 1}
    assert engine.index([make_document("Broderie", id="three")]) == 1
    assert engine.rebuild([make_document("Poterie", id="two")]) == 1
    assert engine.versions() == {"two": 1}


def test_searches_see_no_gap_during_rebuilds(engine: SearchEngine) -> None:
    documents = directory()
    engine.rebuild(documents)
    stop = threading.Event()
    totals: list[int] = []
    problems: list[Exception] = []

    def read() -> None:
        while not stop.is_set():
            try:
                totals.append(engine.retrieve(RetrievalPlan()).total)
            except Exception as problem:
                problems.append(problem)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for _ in range(3):
        engine.rebuild(documents)
    stop.set()
    for reader in readers:
        reader.join()
    assert problems == []
    assert set(totals) == {len(documents)}
    assert len(totals) > 3


def test_a_change_made_during_a_rebuild_is_kept(engine: SearchEngine) -> None:
    """The rebuild reads its rows before the change, and writes them after it."""
    kept, gone = make_document("Couture", id="kept"), make_document("Poterie", id="gone")
    engine.index([kept, gone])

    def change() -> None:
        engine.index([newer(kept, name="Broderie")])
        engine.delete(["gone"])

    changing = threading.Thread(target=change)

    def slow() -> Iterator[ServiceDocument]:
        changing.start()
        changing.join(1.5)
        yield from (kept, gone)

    engine.rebuild(slow())
    changing.join()
    assert engine.versions() == {"kept": 2}
    assert found(engine, "broderie") == {"kept"}
    assert engine.index([gone]) == 1, "and what was taken away may come back"


def test_an_interrupted_reader_goes_on_with_the_candidates_it_had(engine: SearchEngine) -> None:
    engine.index([make_document("Couture", id="one")])
    before = engine.retrieve(words_plan("couture")).candidates
    engine.rebuild([make_document("Poterie", id="two")])
    assert engine.identify(before) == ["one"]


FILTERS: dict[str, tuple[Filters, Callable[[ServiceDocument], bool]]] = {
    "theme": (Filters(themes=("clothing",)), lambda d: "clothing" in d.themes),
    "a broad theme": (Filters(themes=("mobility",)), lambda d: d.themes[0] in {"vehicle-repair", "driving-licence"}),
    "two themes": (Filters(themes=("clothing", "energy")), lambda d: d.themes[0] in {"clothing", "energy"}),
    "publics": (Filters(publics=("carers",)), lambda d: "carers" in d.publics),
    "types": (Filters(types=("information",)), lambda d: "information" in d.types),
    "modes": (Filters(modes=("a-distance",)), lambda d: "a-distance" in d.modes),
    "fee": (Filters(fees=("gratuit",)), lambda d: d.fee == "gratuit"),
    "languages": (Filters(languages=("en",)), lambda d: "en" in d.languages),
    "category": (Filters(categories=("ccas",)), lambda d: d.category == "ccas"),
    "country": (Filters(countries=("BE",)), lambda d: d.country == "BE"),
    "area": (Filters(areas=("departement:62",)), lambda d: "departement:62" in d.areas),
    "free places": (Filters(free_places=True), lambda d: d.capacity in {"free", "limited"}),
    "open to all": (Filters(open_to_all=True), lambda d: d.open_to == "all"),
    "several": (
        Filters(countries=("FR",), fees=("gratuit",), free_places=True),
        lambda d: d.country == "FR" and d.fee == "gratuit" and d.capacity in {"free", "limited"},
    ),
    "nothing fits": (Filters(categories=("nobody",)), lambda d: False),
    "more values than a cluster takes": (
        Filters(areas=(*(f"commune:x{number}" for number in range(70_000)), "departement:62")),
        lambda d: "departement:62" in d.areas,
    ),
}


@pytest.mark.parametrize("name", FILTERS)
def test_filters_keep_what_they_say(town: SearchEngine, name: str) -> None:
    filters, fits = FILTERS[name]
    expected = {document.id for document in directory() if fits(document)}
    retrieval = town.retrieve(RetrievalPlan(filters=filters))
    assert set(town.identify(retrieval.candidates)) == expected
    assert retrieval.total == len(expected)


def test_facets_count_what_matches(town: SearchEngine) -> None:
    facets = town.retrieve(RetrievalPlan(filters=Filters(countries=("BE",)))).facets
    assert {f.code: f.count for f in facets["category"]} == {"association": 76, "ccas": 4}
    assert {f.code: f.count for f in facets["themes"]}["clothing"] == 4
    assert sum(f.count for f in facets["capacity"]) == 80
    assert [f.count for f in facets["publics"]] == sorted((f.count for f in facets["publics"]), reverse=True)
    assert town.retrieve(RetrievalPlan(with_facets=False)).facets == {}


def test_a_place_keeps_what_is_near_what_serves_it_and_what_nobody_located(town: SearchEngine) -> None:
    plan = RetrievalPlan(concepts={"clothing": 1.0}, center=BETHUNE, radius_km=30, areas=("departement:62",))
    assert names(town, plan) == {"Vestiaire de Béthune", "Vestiaire de Lens", "Vestiaire de Arras"}
    retrieval = town.retrieve(plan)
    serving = {one.serves_place for one in retrieval.candidates}
    assert serving == {True}
    assert retrieval.total == 3
    far = RetrievalPlan(concepts={"clothing": 1.0}, center=NOWHERE_AT_SEA, radius_km=30)
    assert names(town, far) <= {document.name for document in directory() if document.lat is None}


def test_agreements_and_places_named_in_texts_are_told(town: SearchEngine) -> None:
    plan = RetrievalPlan(
        concepts={"elderly-isolation": 1.0},
        center=BETHUNE,
        place_stems=(stem("bethune"),),
        organization_id=PARTNER,
    )
    ids = {document.id: document for document in directory()}
    candidates = town.retrieve(plan).candidates
    for candidate, one in zip(candidates, town.identify(candidates), strict=True):
        assert candidate.partner == (PARTNER in ids[one].partner_orgs)
        assert candidate.mentions_place == (ids[one].commune == "Béthune")


def test_words_of_the_directory(town: SearchEngine) -> None:
    assert town.knows("zephyr"), "a name"
    assert town.knows("charleroi"), "a commune"
    assert town.knows("benevoles"), "a word that many texts share"
    assert not town.knows("zorglub")
    assert not town.knows("")
    assert town.correct("zephir") == "zephyr"
    assert town.correct("addictoligie") == "addictologie"
    assert town.correct("boussloe") == "boussole"
    for fine in ("zephyr", "zorglub", "ccas", "", "vest1aire"):
        assert town.correct(fine) is None, fine
    assert town.knows_phone("0321000042")
    assert not town.knows_phone("0321999999")
    assert not town.knows_phone("42")


HOSTILE = {
    "very long": "logement " * 12_000,
    "one very long word": "a" * 100_000,
    "operators": 'name:(x OR "y") AND NOT +a -b ~2 ^3 [* TO *] {x} /.*/ \\ !( ) && ||',
    "query language": '{"query": {"match_all": {}}}',
    "markup": "<script>alert(1)</script>",
    "sql": "'; DROP TABLE services; --",
    "only empty words": "de la et pour les",
    "control characters": "vesti\x00aire\x07\x1b[31m\r\n",
    "lone surrogate": "caf\udce9 des aidants",
    "emoji": "🏠🔥 👩‍👧 logement",
    "right to left": "مساعدة سكن",
    "digits": "1234567890 " * 20,
    "nothing": "",
    "spaces": " \t\n ",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_is_typed_gets_a_page(town: SearchEngine, name: str) -> None:
    ask(town, "réchauffement")
    start = time.perf_counter()
    page = ask(town, HOSTILE[name])
    assert time.perf_counter() - start < 2
    assert page.total >= 0


@pytest.mark.parametrize("word", ["*", "a b", '"', "\x00", "é" * 40_000, "x" * 40_000, "("])
def test_whatever_a_plan_says_is_only_words(town: SearchEngine, word: str) -> None:
    plan = RetrievalPlan(
        stems=({word: 1.0},), name_words=(word,), phone=word, place_stems=(word,), concepts={word: 1.0}, center=BETHUNE
    )
    assert town.retrieve(plan).total == 0
    assert not town.knows(word)
    assert town.correct(word) is None


def test_the_longest_story_is_answered(town: SearchEngine) -> None:
    """Forty-eight things said with twelve synonyms each: more than a cluster takes as they are."""
    group = {stem(word): 0.9 for word in ("logement", "loyer", "toit", "abri", "maison", "foyer", "logis", "chambre")}
    said = tuple({f"mot{number}": 1.0, **group, **{f"m{number}s{n}": 0.5 for n in range(5)}} for number in range(48))
    assert town.retrieve(RetrievalPlan(stems=said)).total > 0


@pytest.mark.parametrize("center", [(90.0, 0.0), (-90.0, 180.0), (0.0, -180.0), (50.5, 179.99)])
def test_the_ends_of_the_earth(town: SearchEngine, center: tuple[float, float]) -> None:
    plan = RetrievalPlan(concepts={"clothing": 1.0}, center=center, radius_km=100)
    assert {one.lat for one in town.retrieve(plan).candidates} <= {None}
