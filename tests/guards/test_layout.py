"""The shape of the repository, held by a machine."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MIGRATIONS = ROOT / "platform/maillage/migrations/versions"  # written by a generator, read once
SOURCES = sorted(
    path for path in [*ROOT.glob("platform/**/*.py"), *ROOT.glob("search/**/*.py")] if MIGRATIONS not in path.parents
)
LONGEST_FILE, LONGEST_TEST, LONGEST_CONFTEST = 500, 700, 200
LONGEST_FUNCTION, LONGEST_VIEW = 80, 30


def functions() -> Iterator[tuple[Path, ast.FunctionDef, int]]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.end_lineno is not None:
                yield path, node, node.end_lineno - node.lineno + 1


def is_view(node: ast.FunctionDef) -> bool:
    calls = (mark.func for mark in node.decorator_list if isinstance(mark, ast.Call))
    return any(isinstance(call, ast.Name) and call.id in {"requires", "public"} for call in calls)


@pytest.mark.parametrize("root", ["platform", "search"])
def test_a_source_root_is_not_a_package(root: str) -> None:
    """An __init__.py there would shadow the standard library's `platform`, or load modules twice."""
    assert not (ROOT / root / "__init__.py").exists()
    assert list((ROOT / root).glob("*.py")) == []
    assert list((ROOT / root).glob("**/test_*.py")) == []


def test_the_standard_library_platform_is_still_itself() -> None:
    done = subprocess.run([sys.executable, "-c", "import platform; print(platform.system())"], cwd=ROOT, check=True,
                          capture_output=True, text=True)  # fmt: skip
    assert done.stdout.strip() == "Linux"


def test_files_are_short() -> None:
    sizes = sorted(len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES)
    assert sizes[-1] <= LONGEST_FILE
    assert sizes[int(len(sizes) * 0.95)] <= 350


def test_test_files_are_short() -> None:
    for path in ROOT.glob("tests/**/*.py"):
        most = LONGEST_CONFTEST if path.name == "conftest.py" else LONGEST_TEST
        assert len(path.read_text(encoding="utf-8").splitlines()) <= most, path.relative_to(ROOT)


def test_functions_are_short() -> None:
    sizes = sorted(size for _, _, size in functions())
    assert sizes[int(len(sizes) * 0.95)] <= 40
    long = [f"{path.relative_to(ROOT)}:{node.name} ({size})" for path, node, size in functions() if size > 80]
    assert long == []


def test_views_are_thin() -> None:
    thick = [
        f"{path.relative_to(ROOT)}:{node.name} ({size})"
        for path, node, size in functions()
        if size > LONGEST_VIEW and is_view(node)
    ]
    assert thick == []


def test_only_the_transaction_helper_commits() -> None:
    committing = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        if any(
            isinstance(node, ast.Attribute) and node.attr == "commit"
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        )
    ]
    assert [name for name in committing if name.startswith("platform")] == ["platform/maillage/kernel/db.py"]


def test_no_old_style_query() -> None:
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        assert ".query(" not in text, path.relative_to(ROOT)
        assert ".query.get" not in text, path.relative_to(ROOT)
