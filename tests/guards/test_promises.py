"""Every test that a document names as its proof exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`(?:tests/)?([\w/]+\.py)::(\w+)`")


def test_the_tests_that_security_names_exist() -> None:
    named = NAMED.findall((ROOT / "docs/security.md").read_text(encoding="utf-8"))
    assert len(named) >= 15
    missing = [
        f"{path}::{name}"
        for path, name in named
        if not (ROOT / "tests" / path).is_file() or f"def {name}(" not in (ROOT / "tests" / path).read_text()
    ]
    assert missing == []
