"""The command line as the host of an instance types it: what it says, and the code it leaves."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from factories.process import own_process
from maillage import cli, console
from maillage.kernel.db import db

SAFE = {
    "MAILLAGE_ENV": "production",
    "MAILLAGE_BASE_URL": "https://maillage.example",
    "MAILLAGE_MAIL_URL": "smtp://bot:hunter2@127.0.0.1:1",
    "MAILLAGE_MAIL_FROM": "Maillage <ici@maillage.example>",
    "MAILLAGE_PROXIES": "1",
}
Typed = Callable[..., int]


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Typed]:
    """Type a command in a safe production, in a folder of its own; gives its exit code."""
    for name, value in SAFE.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("MAILLAGE_DATA_DIR", str(tmp_path / "data"))

    def run(*words: str) -> int:
        monkeypatch.setattr(sys, "argv", ["maillage", *words])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        for engines in db._app_engines.values():  # as when a process ends
            engines[None].dispose()
        return int(stop.value.code or 0)

    with own_process():
        yield run


def test_a_new_instance_begins_with_init(typed: Typed, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed("doctor") == 1 and "`maillage init` makes it" in capsys.readouterr().out
    assert typed("init") == 0
    ring = tmp_path / "data/keyring.json"
    assert ring.stat().st_mode & 0o777 == 0o400 and typed("search", "check") == 0
    capsys.readouterr()
    assert typed("doctor") == 1  # nobody takes mails there
    told = capsys.readouterr().out.splitlines()
    assert [line for line in told if "FAILED" in line] == [
        "copies: FAILED, none was made. Run `maillage backup FOLDER` every day: deploy/systemd has a timer.",
        "mail: FAILED, ConnectionRefusedError. Start the server, or mend MAILLAGE_MAIL_URL; mails wait meanwhile.",
    ]
    kept = ring.read_bytes()
    ring.unlink()
    assert typed("init") == 1 and "put it back" in capsys.readouterr().err and not ring.exists()
    assert typed("doctor") == 1 and "key ring: FAILED" in capsys.readouterr().out
    ring.write_bytes(kept)
    assert typed("doctor") == 1 and f"chmod 400 {ring}" in capsys.readouterr().out


def test_an_instance_is_saved_and_put_back(typed: Typed, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed("backup", str(tmp_path)) == 1 and "keyring.json is missing" in capsys.readouterr().err
    assert typed("init") == 0
    assert typed("users", "create", "--email", "h@h.example", "--name", "Hôte", "--host", "Hôte", "--role",
                 "platform_admin", "--password", "une phrase assez longue pour cela") == 0  # fmt: skip
    capsys.readouterr()
    assert typed("backup", str(tmp_path / "copy.zip")) == 0
    told, shown = capsys.readouterr()
    assert shown.startswith("database: ") and "\r" not in shown, "plain lines where there is no terminal"
    assert "copy.zip: " in told and f"Not in it: the key ring ({tmp_path / 'data/keyring.json'})" in told
    assert typed("backup", str(tmp_path / "copy.zip")) == 1 and "there already" in capsys.readouterr().err
    assert typed("restore", str(tmp_path / "copy.zip")) == 1 and "--replace" in capsys.readouterr().err
    assert typed("restore", "--replace", str(tmp_path / "copy.zip")) == 0
    told = capsys.readouterr().out
    (kept,) = (tmp_path / "data").glob("replaced-*.zip")
    assert f"kept: what was here before is in {kept}" in told
    assert "copy: ok, of " in told and "audit: ok, every chain is whole" in told and "FAILED" not in told
    assert typed("doctor") == 1 and "copies: ok" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, ""),
        (
            {"MAILLAGE_DATABSE_URL": "x"},
            "MAILLAGE_DATABSE_URL: FAILED, no such setting. Did you mean MAILLAGE_DATABASE",
        ),
        ({"MAILLAGE_BASE_URL": "http://maillage.example"}, "MAILLAGE_BASE_URL must be https in production"),
        ({"MAILLAGE_MAIL_URL": "pigeon://here"}, "mail: FAILED"),
        ({"MAILLAGE_MAIL_FROM": "Maillage <ne-pas-repondre@maillage.example>"}, "mail: FAILED"),
        ({"MAILLAGE_PROXIES": "many"}, "MAILLAGE_PROXIES: FAILED"),
        ({"MAILLAGE_KEYRING_FILE": "elsewhere.json"}, "key ring: FAILED, elsewhere.json is missing"),
    ],
)
def test_settings_are_checked_before_anything_starts(
    typed: Typed, changed: dict[str, str], told: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    (tmp_path / "data").mkdir()
    for name in ("keyring.json", "secret_key"):
        (tmp_path / "data" / name).touch(0o400)
    for name, value in changed.items():
        monkeypatch.setenv(name, value)
    assert typed("config", "check") == bool(told)
    out, err = capsys.readouterr()
    assert told in err and ("FAILED" in err) == bool(told)
    assert "hunter2" not in out + err


def test_wrong_words_are_told_from_refusals(typed: Typed) -> None:
    assert typed("nonsense") == typed("users", "create") == 2
    assert typed("--help") == 0


def test_long_work_shows_a_bar_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    show = console.Progress("index")
    for done in range(3):
        show(done, 2)
    assert capsys.readouterr().err.split("\r")[1:] == [
        f"index  [{'':<25}]   0 %", f"index  [{'#' * 12:<25}]  50 %", f"index  [{'#' * 25}] 100 %\n",
    ]  # fmt: skip
