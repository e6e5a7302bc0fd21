"""Files of the outside world, made into organisations and services. A bad row is reported and never stops a file."""

from maillage.directory.imports.formats import FORMATS
from maillage.directory.imports.importer import run_import
from maillage.directory.imports.report import Refusal, Report

__all__ = ["FORMATS", "Refusal", "Report", "run_import"]
