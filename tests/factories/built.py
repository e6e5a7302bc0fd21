"""The world of three organisations, built once and put back as it was before each test."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from factories.process import own_process, process_of
from factories.world import Scene, build
from maillage.kernel.db import db


@dataclass(frozen=True)
class Built:
    """A scene with a copy of its database, that makes it again."""

    scene: Scene
    copy: Path

    @classmethod
    def on(cls, app: Flask, folder: Path) -> "Built":
        with app.app_context():
            scene = build(app)
            db.session.remove()
        _copy(_file(app), folder / "world.db")
        return cls(scene, folder / "world.db")

    @contextmanager
    def again(self) -> Iterator[Scene]:
        """The scene as it was built, inside its application, for the time of the block."""
        with own_process(), self.scene.app.app_context():
            process_of(self.scene.app)
            db.engine.dispose()
            _copy(self.copy, _file(self.scene.app))
            yield self.scene
            db.session.remove()


def _file(app: Flask) -> Path:
    return Path(app.extensions["maillage_settings"].paths.database)


def _copy(source: Path, target: Path) -> None:
    """The whole database, whatever its write-ahead log holds."""
    with sqlite3.connect(source) as read, sqlite3.connect(target) as write:
        read.backup(write)
