"""The searches that are measured, as the product prepares them: every default is the product's own."""

from __future__ import annotations

from typing import Any

from studium.runs.opening import DataOpener
from studium.runs.search_step import PreparedSearch, prepare_search
from studium.runs.search_steps import SearchStep


def regression(n_trials: int, epochs: int | None = None, **settings: Any) -> PreparedSearch:
    """The search of the space ``mlp`` on the curve: 5 folds of 1000 epochs, trials raced.

    Args:
        n_trials: Trials.
        epochs: Of a whole training; ``None``: the default.
        **settings: Of the step.
    """
    return prepare_search(regression_step(n_trials, epochs, **settings), DataOpener())


def regression_step(n_trials: int, epochs: int | None = None, **settings: Any) -> SearchStep:
    """Likewise, as the step of a plan."""
    config = {} if epochs is None else {"epochs": epochs}
    return SearchStep(name="search", data="curve", space="mlp", trials=n_trials, config=config, **settings)


def digits(n_trials: int, epochs: int, schedule: str | None = None) -> PreparedSearch:
    """The same space of fully connected networks on pictures of digits, in batches.

    Args:
        n_trials: Trials.
        epochs: Of a whole training.
        schedule: Of the learning rate; ``None``: the default.
    """
    config = {"epochs": epochs} if schedule is None else {"epochs": epochs, "schedule": schedule}
    step = SearchStep(name="search", data="digits", space="mlp", trials=n_trials, config=config)
    return prepare_search(step, DataOpener())
