"""How much is measured: quickly, fully, or just enough to see that everything runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Numbers of trials, rounds, seeds and replays.

    Attributes:
        n_trials: Of a search.
        budget_trials: Of the search whose training the peers may spend as well.
        peer_trials: Of the peer with the plain objective, which is slow; its time is given per trial.
        rounds: Of the comparison of speed.
        study_seeds: Whole searches, each with folds, samplers and initial weights of its own.
        points: Of a table of complete learning curves.
        fresh: Repetitions on other rows and seeds, which say what a point of the table is really worth.
        replays: Races over the table, for each setting.
        search_seeds: Of the samplers at equal training.
        quality_seeds: Repetitions of the folds on which chosen points are measured again.
        epochs: Of a whole training on the curve; ``None``: the default.
    """

    n_trials: int = 200
    budget_trials: int = 100
    peer_trials: int = 8
    rounds: int = 3
    study_seeds: int = 5
    points: int = 160
    fresh: int = 2
    replays: int = 500
    search_seeds: int = 5
    quality_seeds: int = 4
    epochs: int | None = None


QUICK = Sizes()
FULL = Sizes(
    budget_trials=200,
    peer_trials=20,
    rounds=5,
    study_seeds=10,
    points=600,
    fresh=5,
    replays=2000,
    search_seeds=10,
    quality_seeds=10,
)
TINY = Sizes(
    n_trials=24,
    budget_trials=12,
    peer_trials=4,
    rounds=1,
    study_seeds=2,
    points=40,
    fresh=2,
    replays=20,
    search_seeds=2,
    quality_seeds=1,
    epochs=32,
)
SIZES = {"quick": QUICK, "full": FULL, "tiny": TINY}
