import json
from typing import Any

import pytest

from maillage_search.embedded import EmbeddedEngine
from maillage_search.evaluation import Evaluation, grade, themes_found
from maillage_search.measuring import Measuring, table

from .conftest import BETHUNE, LENS, service

ADDICTION = "sante--addictions"


def query(text: str = "addiction", **fields: Any) -> dict[str, Any]:
    judged = {
        "query": text,
        "kind": "test",
        "themes_primary": [ADDICTION],
        "themes_secondary": ["sante--sante-mentale"],
    }
    return judged | {"place": None, "expect_zero": False} | fields


@pytest.mark.parametrize(
    ("codes", "gain"),
    [((ADDICTION,), 3), (("sante--sante-mentale",), 1), (("sante",), 1), (("mobilite",), 0), ((), 0)],
)
def test_gain_follows_the_themes_of_the_file(codes: tuple[str, ...], gain: int) -> None:
    assert grade(service(1, "X", data_inclusion=codes), query()) == gain


def test_beyond_the_radius_or_nowhere_is_worth_nothing() -> None:
    around = query(place={"latitude": BETHUNE[0], "longitude": BETHUNE[1], "rayon_km": 10})
    assert grade(service(1, "X", data_inclusion=(ADDICTION,), at=BETHUNE), around) == 3
    assert grade(service(2, "X", data_inclusion=(ADDICTION,), at=LENS), around) == 0
    assert grade(service(3, "X", data_inclusion=(ADDICTION,)), around) == 0


def test_figures_of_a_perfect_and_of_an_empty_engine(engine: EmbeddedEngine) -> None:
    documents = [
        service(n, f"Consultation {n}", organization="", data_inclusion=(ADDICTION,), themes=("addiction",))
        for n in range(1, 4)
    ]
    measured = Evaluation(engine, documents)
    nothing = measured.by_theme([query()])
    assert (nothing.ndcg10, nothing.success3, nothing.zero) == (0.0, 0.0, 1.0)
    engine.rebuild(documents)
    found = measured.by_theme([query(), query(expect_zero=True)])
    assert (found.queries, found.ndcg10, found.success3, found.zero) == (1, 1.0, 1.0, 0.0)
    assert measured.by_name(3, seed=1)["exact"] == (3, 1.0, 1.0)


def test_themes_are_judged_on_what_was_understood() -> None:
    assert themes_found([query("CSAPA"), query("garage solidaire")])["all"] == (2, 0.5, 0.5)


def test_an_acronym_is_asked_where_it_leads_to_one_name(engine: EmbeddedEngine) -> None:
    documents = [
        service(1, "Antenne du CIDFF de Lens", organization="", commune="Lens"),
        service(2, "CCAS de Lens, accueil", organization="", commune="Lens"),
        service(3, "CCAS de Lens, épicerie", organization="", commune="Lens"),
        service(4, "ATELIER DE COUTURE", organization="", commune="Lens"),
        service(5, "Prêt de VOITURE", organization="", commune="Lens"),
        service(6, "Voiture à partager", organization="", commune="Lens"),
    ]
    engine.rebuild(documents)
    assert Evaluation(engine, documents).by_name(6, seed=1)["acronym"] == (1, 1.0, 1.0)


def test_measures_are_a_table_and_data(engine: EmbeddedEngine) -> None:
    documents = [service(1, "Consultation", data_inclusion=(ADDICTION,), themes=("addiction",))]
    measuring = Measuring(engine, documents)
    found = measuring.queries([query(), {"query": "consultation", "answers": ["1"]}]) | measuring.names(5, seed=1)
    assert found["themes"]["ndcg10"] == 1.0
    assert set(found["content"]) == {"queries", "success1", "success3", "success10"}
    lines = table(found).splitlines()
    assert lines[1].split() == ["all", "1", "1.000", "1.000"]
    assert [line.split()[0] for line in lines if not line.startswith(" ")] == [
        "by", "all", "zero", "milliseconds", "theme", "by", "by",
    ]  # fmt: skip
    assert json.loads(json.dumps(found)) is not None
