"""The grids that people fill, by code, each with its versions from the first to the one in force."""

from typing import Final

from maillage.surveys.definition import Grid
from maillage.surveys.grids import arrival, diagnosis, tenant, visit

VERSIONS: Final[dict[str, tuple[Grid, ...]]] = {
    versions[0].code: versions for versions in (diagnosis.VERSIONS, arrival.VERSIONS, visit.VERSIONS, tenant.VERSIONS)
}


def current() -> list[Grid]:
    """What may be filled today."""
    return [versions[-1] for versions in VERSIONS.values()]


def latest(code: str) -> Grid | None:
    return VERSIONS[code][-1] if code in VERSIONS else None


def version_of(code: str, version: int) -> Grid:
    """The version that something was filled by. Raises LookupError."""
    return next(it for it in VERSIONS[code] if it.version == version)
