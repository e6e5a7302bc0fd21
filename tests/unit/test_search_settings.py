"""The search engine is named by the settings; an embedded instance never loads the cluster's client."""

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from maillage.app import search_engine
from maillage.settings import Settings
from maillage_search.elastic import ElasticEngine
from maillage_search.embedded import EmbeddedEngine

SOMEWHERE = "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ({}, EmbeddedEngine),
        ({"search_product": "embedded", "search_url": SOMEWHERE}, EmbeddedEngine),
        ({"search_url": SOMEWHERE}, ElasticEngine),
        ({"search_product": "opensearch", "search_url": SOMEWHERE}, ElasticEngine),
        ({"search_product": "elasticsearch", "search_url": SOMEWHERE}, ElasticEngine),
    ],
)
def test_the_settings_name_the_engine(told: dict[str, str], kind: type, tmp_path: Path) -> None:
    assert isinstance(search_engine(Settings(data_dir=tmp_path, **told)), kind)


@pytest.mark.parametrize(
    "wrong", [{"search_product": "opensearch"}, {"search_product": "solr"}, {"search_prefix": "*"}]
)
def test_settings_that_name_no_engine_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Settings(**wrong)


def test_passwords_are_covered_where_settings_are_shown() -> None:
    shown = Settings(
        search_url="https://elastic:s3cret@one.example:9200,https://elastic:s3cret@two.example:9200",
        database_url="postgresql+psycopg://maillage:s3cret@db.example/maillage",
    ).model_dump(mode="json")
    assert "s3cret" not in str(shown)
    assert "elastic:…@two.example:9200" in shown["search_url"]


def test_the_client_of_clusters_is_loaded_for_clusters_only(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from maillage.app import create_app; "
        "from maillage.settings import Settings; create_app(Settings(data_dir=Path(sys.argv[1]))); "
        "print('elasticsearch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.split()[-1] == "False"
