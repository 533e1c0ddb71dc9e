"""The ledger: what it says survives, and a damaged one is set aside."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from studium.errors import UnavailableError
from studium.execution.fit_files import FitFiles, Result
from studium.execution.ledger import Ledger
from studium.training.group import Normalisations, group_loop
from studium.training.loop import Ended
from studium.training.outcome import Outcome
from tests.execution.tasks import data, group, task


def result(directory: Path) -> Result:
    one = task()
    events = group_loop(one.group, data(), Normalisations(data())).run()
    ended = sorted((each for each in events if isinstance(each, Ended)), key=lambda each: each.position)
    fits = FitFiles(directory)
    fits.write(one, [Outcome.of(each.fit) for each in ended])
    read = fits.read(one.id)
    assert read is not None
    return read


def test_what_was_committed_is_there_again(tmp_path: Path) -> None:
    done, died, failed = task(), task(group(2)), task(group(3))
    ledger = Ledger(tmp_path / "ledger.db")
    ledger.enter([done, died, failed])
    ledger.complete(result(tmp_path / "fits"))
    ledger.died(died.id, "killed")
    ledger.failed(failed.id, "ZeroDivisionError", "where")
    weights = ledger.weights()
    ledger.close()
    again = Ledger(tmp_path / "ledger.db")
    lines = {line.id: line for line in again.tasks()}
    assert [lines[each.id].state for each in (done, died, failed)] == ["complete", "waiting", "failed"]
    assert [lines[each.id].attempts for each in (done, died, failed)] == [1, 1, 1]
    assert lines[failed.id].reason == "ZeroDivisionError"
    assert lines[failed.id].traceback == "where"
    assert [(event.kind, event.task) for event in again.events()] == [
        ("died", died.id),
        ("failed", failed.id),
    ]
    assert again.weights() == weights
    again.close()


def test_a_result_is_entered_once(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db")
    found = result(tmp_path / "fits")
    ledger.complete(found)  # never entered before: its driver was killed
    ledger.complete(found)
    (line,) = ledger.tasks()
    assert (line.state, line.attempts, line.weights) == ("complete", 1, found.reference.weights)
    ledger.close()


def test_it_is_written_with_full_synchronisation_and_one_file(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.db")
    ledger.enter([task()])
    ledger.close()
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.db"]
    connection = sqlite3.connect(f"file:{tmp_path / 'ledger.db'}?mode=ro", uri=True)
    assert connection.execute("pragma journal_mode").fetchone() == ("delete",)
    assert len(connection.execute("select * from tasks").fetchall()) == 1
    connection.close()


@pytest.mark.parametrize("damage", ["garbage", "cut", "foreign", "empty"])
def test_a_damaged_ledger_is_set_aside(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "ledger.db"
    ledger = Ledger(path)
    for seed in range(50):
        ledger.enter([task(group(seed))])
    ledger.close()
    content = path.read_bytes()
    if damage == "foreign":
        path.unlink()
        connection = sqlite3.connect(path)
        connection.executescript("create table tasks (name text); pragma user_version = 7;")
        connection.close()
    else:
        path.write_bytes({"garbage": b"x" * 5000, "cut": content[: len(content) // 2], "empty": b""}[damage])
    before = path.read_bytes()
    again = Ledger(path)
    if damage == "empty":  # to SQLite an empty file is a new one
        assert again.replaced is None
    else:
        assert again.replaced == tmp_path / "ledger.db.damaged-1"
        assert again.replaced.read_bytes() == before
        assert [event.kind for event in again.events()] == ["rebuilt"]
    assert list(again.tasks()) == []
    again.enter([task()])
    again.close()


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(
        UnavailableError, match=r"cannot write .*missing/ledger\.db \(unable to open database file\)"
    ):
        Ledger(tmp_path / "missing" / "ledger.db")
