"""Both engines say the same of the same directory: sets, counts, scores of words, and the order that follows."""

import pytest

from factories.search import KINDS, PARTNER, TODAY, TOWNS, directory
from maillage_search.evaluation import Evaluation
from maillage_search.port import Candidate, Filters, RetrievalPlan, SearchEngine
from maillage_search.text import stem

from .conftest import ask

pytestmark = pytest.mark.xdist_group("opensearch")
Both = tuple[SearchEngine, SearchEngine]
BETHUNE, NAMUR = (50.5297, 2.64), (50.4669, 4.8675)


def stems(*words: str) -> tuple[dict[str, float], ...]:
    return tuple({stem(word): 1.0} for word in words)


PLANS = {
    "everything": RetrievalPlan(),
    "one word": RetrievalPlan(stems=stems("logement")),
    "several words": RetrievalPlan(stems=stems("visite", "personnes", "isolement")),
    "synonyms": RetrievalPlan(stems=({stem("voiture"): 1.0, stem("permis"): 0.7, stem("garage"): 0.4},)),
    "unknown words": RetrievalPlan(stems=stems("zorglub", "travail")),
    "themes": RetrievalPlan(concepts={"clothing": 1.0, "food-aid": 0.6, "remobilisation--lien-social": 0.35}),
    "themes and words": RetrievalPlan(concepts={"addiction": 0.9}, stems=stems("alcool", "gratuit", "travail")),
    "place": RetrievalPlan(center=BETHUNE),
    "place and theme": RetrievalPlan(concepts={"energy": 1.0, "eviction": 0.5}, center=BETHUNE, radius_km=80),
    "place, words and area": RetrievalPlan(
        stems=stems("social", "loyer"),
        concepts={"eviction": 1.0},
        center=BETHUNE,
        areas=("commune:62119", "departement:62"),
        place_stems=(stem("bethune"),),
    ),
    "abroad": RetrievalPlan(stems=stems("enfants"), center=NAMUR, areas=("province:BE-WNA",), radius_km=60),
    "partners": RetrievalPlan(stems=stems("social"), organization_id=PARTNER),
    "name": RetrievalPlan(stems=stems("maison", "zephyr"), name_words=("maison", "zephyr", "lens")),
    "name alone": RetrievalPlan(name_words=("roue", "libre")),
    "exact name": RetrievalPlan(name_words=("la", "halte", "namur")),
    "acronym": RetrievalPlan(name_words=("l00bx",)),
    "phone": RetrievalPlan(phone="+33321000042"),
    "phone unknown": RetrievalPlan(phone="0399999999"),
    "filtered": RetrievalPlan(stems=stems("logement", "femmes"), filters=Filters(countries=("FR",), free_places=True)),
    "few wanted": RetrievalPlan(stems=stems("voiture", "tarif"), limit=5),
}


def by_id(engine: SearchEngine, plan: RetrievalPlan) -> dict[str, Candidate]:
    # The list of those that share a word of the name is cut among equals: which of them are in it says nothing.
    candidates = [one for one in engine.retrieve(plan).candidates if not one.name_only]
    return dict(zip(engine.identify(candidates), candidates, strict=True))


@pytest.mark.parametrize("name", PLANS)
def test_same_candidates_counts_and_facets(both: Both, name: str) -> None:
    plan = PLANS[name]
    ours, theirs = (engine.retrieve(plan) for engine in both)
    assert ours.total == theirs.total
    for facet in ours.facets | theirs.facets:
        counts = ({f.code: f.count for f in one.facets[facet]} for one in (ours, theirs))
        assert next(counts) == next(counts), facet
    assert ours.word_weights == pytest.approx(theirs.word_weights)
    assert by_id(both[0], plan).keys() == by_id(both[1], plan).keys()


@pytest.mark.parametrize("name", PLANS)
def test_same_facts_and_same_score_of_words(both: Both, name: str) -> None:
    ours, theirs = (by_id(engine, PLANS[name]) for engine in both)
    for one, mine in ours.items():
        other = theirs[one]
        for fact in (
            "key",
            "concept_bits",
            "lat",
            "lon",
            "group",
            "facts",
            "serves_place",
            "mentions_place",
            "partner",
        ):
            assert getattr(mine, fact) == getattr(other, fact), fact
        assert mine.name == other.name or not (mine.name and other.name)
        assert mine.text == pytest.approx(other.text, abs=0.01)


def test_no_constant_is_left_in_the_score_of_words(both: Both) -> None:
    for engine in both:
        plan = PLANS["place, words and area"]
        bare = by_id(engine, RetrievalPlan(stems=plan.stems, limit=1000))
        for one, candidate in by_id(engine, plan).items():
            assert candidate.text == pytest.approx(bare[one].text if one in bare else 0.0, abs=0.001)


QUERIES = [
    ("dame âgée qui ne sort plus de chez elle, Béthune", "elderly-isolation"),
    ("problème d’alcool à Lens", "addiction"),
    ("expulsion locative Arras", "eviction"),
    ("colis alimentaire", "food-aid"),
    ("réparer sa voiture pas cher Namur", "vehicle-repair"),
    ("apprendre le français", "learning-french"),
    ("femme battue", "violence-shelter"),
    ("dettes surendettement Lille", "over-indebtedness"),
    ("faire garder son bébé Liège", "childcare"),
    ("facture d’électricité", "energy"),
    ("dormir dehors, douche", "day-centre"),
    ("aider un proche malade", "carers-support"),
    ("cv et lettre de motivation", "job-search"),
    ("vestiare", "clothing"),
]


@pytest.mark.parametrize(
    "query", [query for query, _ in QUERIES] + [f"{k.organization} {TOWNS[0].name}" for k in KINDS]
)
def test_same_order_but_for_equals(both: Both, query: str) -> None:
    ours, theirs = (ask(engine, query, limit=20) for engine in both)
    assert ours.total == theirs.total
    assert [w.kind for w in ours.widened] == [w.kind for w in theirs.widened]
    assert [hit.score for hit in ours.hits] == pytest.approx([hit.score for hit in theirs.hits], abs=0.005)
    scores = {hit.id: hit.score for hit in ours.hits}
    for mine, other in zip(ours.hits, theirs.hits, strict=True):
        assert mine.id == other.id or scores.get(other.id, ours.hits[-1].score) == pytest.approx(mine.score, abs=0.01)


def test_quality_is_the_same(both: Both) -> None:
    documents = directory()
    primary = {document.themes[0]: document.data_inclusion for document in documents}
    queries = [
        {"query": query, "kind": "case", "expect_zero": False, "place": None}
        | {"themes_primary": primary[theme][:1], "themes_secondary": primary[theme][1:]}
        for query, theme in QUERIES
    ]
    ours, theirs = (Evaluation(engine, documents).by_theme(queries) for engine in both)
    assert ours.ndcg10 > 0.7
    assert abs(ours.ndcg10 - theirs.ndcg10) <= 0.01
    assert ours.success3 == theirs.success3
    assert ours.zero == theirs.zero == 0


def test_capacity_lapses_alike(both: Both) -> None:
    for engine in both:
        reasons = {hit.id: hit.reasons for hit in ask(engine, "vestiaire", limit=20).hits}
        said = {one for one, told in reasons.items() if any("places" in reason for reason in told)}
        fresh = {d.id for d in directory() if d.capacity in {"free", "limited"} and (TODAY - d.capacity_on).days <= 45}
        assert said == {one for one in reasons if one in fresh}
