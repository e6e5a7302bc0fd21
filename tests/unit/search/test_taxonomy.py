import re

import pytest

from maillage_search.taxonomy import Vocabulary, load_taxonomy
from maillage_search.text import word_set

DOMAIN_THEMES = sorted(
    word_set(
        """
        mental-health violence-against-women refugees-migration elderly-isolation addiction disabling-illness
        debt-arrears rehousing neighbour-trouble home-upkeep access-to-rights illiteracy digital-exclusion mobility
        purchasing-power young-tenants family-school intergenerational-cohabitation food-aid energy health-access
        funding
        """
    )
)

DOMAIN_SITUATIONS = sorted(
    word_set(
        """
        over-occupation under-occupation job-loss separation rent-too-high arrears-amicable arrears-pre-litigation
        arrears-litigation eviction-procedure neighbour-trouble-victim neighbour-trouble-author dwelling-damage
        first-dwelling dalo-priority leaving-shelter moving rehousing-for-works ageing-at-home disability
        school-drop-out illiteracy-situation invisible-tenant
        """
    )
)

# The v1 categories and how many themes each holds, as published in data-inclusion-schema.
V1_CATEGORY_SIZES = {
    "choisir-un-metier": 4, "creer-une-entreprise": 3, "difficultes-administratives-ou-juridiques": 6,
    "difficultes-financieres": 5, "equipement-et-alimentation": 4, "famille": 5, "lecture-ecriture-calcul": 2,
    "logement-hebergement": 7, "mobilite": 6, "numerique": 4, "preparer-sa-candidature": 4, "remobilisation": 4,
    "sante": 5, "se-former": 2, "souvrir-a-linternational": 3, "trouver-un-emploi": 5,
}  # fmt: skip

taxonomy = load_taxonomy()
VOCABULARIES = [taxonomy.themes, taxonomy.publics, taxonomy.situations]


@pytest.mark.parametrize("code", DOMAIN_THEMES)
def test_every_theme_of_the_field_is_a_top_level_theme(code: str) -> None:
    assert taxonomy.themes[code].parent is None


@pytest.mark.parametrize("code", DOMAIN_SITUATIONS)
def test_every_situation_of_the_sources_can_be_said(code: str) -> None:
    assert taxonomy.situations[code].themes
    assert all(theme in taxonomy.themes for theme in taxonomy.situations[code].themes)


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_terms_are_well_formed(vocabulary: Vocabulary) -> None:
    for term in vocabulary:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", term.code)
        assert term.label("fr") and term.description.endswith(".")
        assert term.parent is None or term.parent in vocabulary
        assert "'" not in term.label() + term.description, "French typography: ’"


def test_every_data_inclusion_theme_has_an_own_theme_and_back() -> None:
    reached = {code for term in taxonomy.themes for code in term.data_inclusion}
    sizes = {category: sum(code.startswith(f"{category}--") for code in reached) for category in V1_CATEGORY_SIZES}
    assert sizes == V1_CATEGORY_SIZES
    for code in reached | set(V1_CATEGORY_SIZES):
        assert taxonomy.themes.from_data_inclusion([code]), code
    assert [term.code for term in taxonomy.themes if not term.data_inclusion] == ["funding"]


def test_mapping_back_and_forth_keeps_the_foreign_theme() -> None:
    for code in {code for term in taxonomy.themes for code in term.data_inclusion}:
        assert code in taxonomy.themes.to_data_inclusion(taxonomy.themes.from_data_inclusion([code]))


def test_publics_cover_the_fourteen_foreign_ones() -> None:
    assert len({code for term in taxonomy.publics for code in term.data_inclusion}) == 14


def test_labels_follow_the_country() -> None:
    term = taxonomy.themes["care-homes"]
    assert term.label("fr-BE") == "Maisons de repos"
    assert term.label("fr-FR") == term.label("nl") == "Établissements pour personnes âgées"


def test_a_theme_can_follow_a_verb() -> None:
    for term in taxonomy.themes:
        assert term.topic.startswith(("le ", "la ", "les ", "l’")), term.code


def test_ancestors_and_descendants() -> None:
    assert taxonomy.themes.with_ancestors(["rent-arrears", "unknown"]) == ("rent-arrears", "debt-arrears")
    assert set(taxonomy.themes.with_descendants(["addiction"])) == {"addiction", "alcohol", "drugs", "gambling-screens"}
