"""Runs that are killed come to the same end; a short form of ``make chaos``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.execution.chaos import FULL, SHORT, Ended, interrupt, kill_driver, kill_worker, undisturbed


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    return undisturbed(tmp_path_factory.mktemp("chaos") / "undisturbed", 0, SHORT)


@pytest.mark.parametrize(("workers", "share"), [(0, 0.3), (2, 0.5)])
def test_a_killed_driver_costs_only_what_was_running(
    tmp_path: Path, expected: Ended, workers: int, share: float
) -> None:
    kill_driver(tmp_path / "run", workers, SHORT, share * expected.seconds, expected)


def test_a_killed_worker_costs_only_its_task(tmp_path: Path, expected: Ended) -> None:
    kill_worker(tmp_path / "run", 2, SHORT, 0.5 * expected.seconds, expected, np.random.default_rng(0))


def test_ctrl_c_in_a_terminal_ends_in_good_order(tmp_path: Path) -> None:
    size = FULL | {"points": 10}
    expected = undisturbed(tmp_path / "undisturbed" / "alone", 0, size)
    interrupt(tmp_path / "run" / "alone", 2, size, 2.0, expected)
