"""Where sealed documents lie in the data folder of this instance."""

from pathlib import Path

from maillage.web import files


def document_folder() -> Path:
    return files.folder("referrals")
