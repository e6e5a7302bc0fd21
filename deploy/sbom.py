"""Prints the inventory of components (CycloneDX 1.6) from the hashed lock: what is installed, and nothing else."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
_PIN = re.compile(r"^(?P<name>[A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==(?P<version>[^\s\\;]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def components(lock: str) -> list[dict[str, object]]:
    """One component for each pinned package, with the hash of every file that may stand for it."""
    found: list[dict[str, object]] = []
    for block in re.split(r"\n(?=\S)", lock):
        pin = _PIN.match(block)
        if pin is None:
            continue
        name, version = pin["name"].lower(), pin["version"]
        found.append(
            {
                "type": "library",
                "name": name,
                "version": version,
                "purl": f"pkg:pypi/{name}@{version}",
                "hashes": [{"alg": "SHA-256", "content": one} for one in _HASH.findall(block)],
            }
        )
    return found


def vendored(listing: str) -> list[dict[str, object]]:
    """The files of others that are served to browsers."""
    return [
        {"type": "file", "name": path, "hashes": [{"alg": "SHA-256", "content": digest}]}
        for digest, path in (line.split(maxsplit=1) for line in listing.splitlines() if line.strip())
    ]


def inventory() -> dict[str, object]:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    listing = (ROOT / "platform/maillage/static/vendor/VENDOR.sha256").read_text(encoding="utf-8")
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "maillage"}},
        "components": [*components(lock), *vendored(listing)],
    }


if __name__ == "__main__":
    print(json.dumps(inventory(), indent=2))
