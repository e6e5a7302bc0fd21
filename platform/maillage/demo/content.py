"""The demonstration's content as written in `data/`, with ids that stay the same from one loading to the next."""

import json
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID, uuid5

from maillage.accounts.roles import need_second_factor

NAMESPACE = UUID("6b0c1f6e-5b0e-5d2b-9d8f-0d7a3c1e9a51")
PASSWORD = "maillage-demo-2026"
ROLE_ORDER = ("referent", "intake", "volunteer", "org_admin", "coordinator", "lead", "platform_admin")

Row = dict[str, Any]


@cache
def rows(name: str) -> tuple[Row, ...]:
    """Lines of one data file."""
    text = files("maillage.demo").joinpath("data", f"{name}.jsonl").read_text(encoding="utf-8")
    return tuple(json.loads(line) for line in text.splitlines() if line)


def demo_id(kind: str, key: str) -> UUID:
    """The id of a thing of the demonstration: links kept in a browser survive a new loading."""
    return uuid5(NAMESPACE, f"{kind}/{key}")


def totp_secret(key: str) -> str | None:
    """The second factor of those whose role wants one; the sign-in page shows its code: a demonstration only."""
    roles = next(row["roles"] for row in rows("users") if row["key"] == key)
    return "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP" if need_second_factor(frozenset(roles)) else None


def accounts() -> list[Row]:
    """The accounts that the sign-in page and `make demo` name, those who refer and answer first."""
    names = {row["key"]: row["name"] for row in rows("organizations")}
    shown = [row for row in rows("users") if row["demo_account"]]
    shown.sort(key=lambda row: ROLE_ORDER.index(row["roles"][0]))
    return [
        {
            "key": row["key"],
            "email": row["email"],
            "password": PASSWORD,
            "name": f"{row['first_name']} {row['last_name']}",
            "organization": names[row["organization"]],
            "role": row["title"],
            "hint": row["try_this"],
            "totp_secret": totp_secret(row["key"]),
        }
        for row in shown
    ]


def commune(country: str, code: str | None) -> str:
    """The code of a commune as `maillage_search.places` writes it: INSEE and NIS overlap."""
    if not code:
        return ""
    return f"BE-{code}" if country == "BE" else code


def months(season: list[int] | None) -> tuple[int, ...]:
    """Months from the first to the last, over the new year when needed."""
    if not season:
        return ()
    first, last = season
    return tuple((first - 1 + step) % 12 + 1 for step in range((last - first) % 12 + 1))
