"""Where the materials of sessions lie in the data folder of this instance."""

from pathlib import Path

from maillage.web import files


def material_folder() -> Path:
    return files.folder("events")
