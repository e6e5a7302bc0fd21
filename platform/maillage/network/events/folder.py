"""Where the materials of sessions lie in the data folder of this instance."""

from pathlib import Path

from flask import current_app


def material_folder() -> Path:
    folder: Path = current_app.extensions["maillage_settings"].paths.files / "events"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
