"""A ledger of erasures of its own for each test."""

from pathlib import Path

import pytest
from flask import Flask

from maillage.kernel import lifecycle


@pytest.fixture
def ledger(app: Flask, tmp_path: Path) -> Path:
    """After the application, which brings one that serves every test."""
    path = tmp_path / "erasures.jsonl"
    lifecycle.use_ledger(path)
    return path
