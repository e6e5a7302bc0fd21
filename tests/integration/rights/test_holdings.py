"""Whatever is sealed about a situation has somebody who takes it away."""

import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import LargeBinary

from maillage import referrals
from maillage.kernel.db import db

RIGHTS = Path(referrals.__file__).parent / "rights"
TAKEN_AWAY = re.compile(r"(?:update|delete)\((\w+)\)")


@pytest.mark.security
def test_every_table_of_sealed_bytes_is_blanked(sqlite_app: Flask) -> None:
    """A table added tomorrow fails here until its holding is written."""
    blanked = {name for file in RIGHTS.glob("*.py") for name in TAKEN_AWAY.findall(file.read_text(encoding="utf-8"))}
    sealed = {
        mapper.class_.__name__
        for mapper in db.Model.registry.mappers
        if mapper.class_.__module__.startswith("maillage.referrals")
        and any(isinstance(column.type, LargeBinary) for column in mapper.columns)
    }
    assert {"Situation", "Referral", "HouseholdFile"} <= sealed
    assert sealed <= blanked
