"""Which points a search tries: Optuna's samplers, asked and told by the driver alone."""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Literal, NamedTuple, cast

import optuna
from optuna.distributions import CategoricalDistribution, IntDistribution
from optuna.exceptions import ExperimentalWarning
from optuna.samplers import BaseSampler, GPSampler, QMCSampler, RandomSampler, TPESampler
from optuna.trial import TrialState

from studium.errors import SettingError
from studium.seeding import derive_seed
from studium.studies.results import Value
from studium.studies.sampling import distribution
from studium.studies.search_space import SearchSpace, Values
from studium.studies.space import Dimension

SearchSampler = Literal["tpe", "gp", "qmc", "random", "grid"]

_STARTUP = 20  # points drawn at random before TPE and GP learn from scores
_FOR_ALL = ("tpe", "random")  # samplers of conditional spaces


class Proposal(NamedTuple):
    """A point that a sampler proposes.

    Attributes:
        number: Optuna's, by which it is told.
        values: Of the parameters that exist.
    """

    number: int
    values: Values


class Proposer:
    """Asks Optuna for points and tells it what became of them.

    Every batch is drawn by a fresh sampler seeded from (seed, number of the batch), so that a search that was interrupted
    and went on draws the same points.

    Args:
        space: What varies.
        sampler: ``tpe``: Bergstra et al. 2011, multivariate, and by groups where the space is conditional; ``gp``: a
            Gaussian process with expected improvement; ``qmc``: a scrambled Sobol sequence; ``random``; ``grid``: every
            combination of evenly spaced values.
        n_trials: Points that a grid may have at most.
        seed: Root seed.
        lower_is_better: Direction of the score.

    Raises:
        SettingError: The sampler cannot draw from a conditional space, or a grid would have too many points.
    """

    def __init__(
        self, space: SearchSpace, sampler: SearchSampler, n_trials: int, *, seed: int, lower_is_better: bool
    ) -> None:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        check_sampler(space, sampler)
        self._space, self._name, self._seed = space, sampler, seed
        self._worse = max if lower_is_better else min
        self._study = optuna.create_study(direction="minimize" if lower_is_better else "maximize")
        self._batch = 0
        self._open: dict[int, optuna.Trial] = {}
        self._scores: list[float] = []
        self._left = math.inf
        if sampler == "grid":
            self._enqueue(n_trials)
        else:
            for values in space.first:
                self._study.enqueue_trial(dict(values))

    def begin_batch(self) -> None:
        """The points asked for from now on are those of the next batch."""
        with _may_change():
            self._study.sampler = self._sampler()
        self._batch += 1

    def ask(self) -> Proposal | None:
        """The next point; ``None`` when a grid has no more."""
        if self._left <= 0:
            return None
        self._left -= 1
        with _may_change():
            trial = self._study.ask()
            values = self._space.draw(lambda dimension: _suggested(trial, dimension))
        self._open[trial.number] = trial
        return Proposal(trial.number, values)

    def tell_score(self, number: int, score: float) -> None:
        """A trial was trained to its end."""
        self._scores.append(score)
        self._study.tell(self._open.pop(number), score)

    def tell_dropped(self, number: int, scores: Mapping[int, float]) -> None:
        """A trial was dropped.

        Args:
            number: Of the proposal.
            scores: By epoch, at the rungs that it reached; at least one.
        """
        trial, last = self._open.pop(number), scores[max(scores)]
        self._scores.append(last)
        for epoch, score in scores.items():
            trial.report(score, epoch)
        if self._name == "gp":  # which learns from scores alone
            self._study.tell(trial, last)
        else:
            self._study.tell(trial, state=TrialState.PRUNED)

    def tell_hopeless(self, number: int, *, invalid: bool) -> None:
        """A point cannot be, or its training diverged: as bad as can be."""
        trial = self._open.pop(number)
        if invalid and self._name != "gp":  # which wants the constraints of every trial or of none
            trial.set_constraint("structure", 1.0)
        if self._name == "gp" and self._scores:
            self._study.tell(trial, self._worse(self._scores))
        else:
            self._study.tell(trial, state=TrialState.PRUNED)

    def tell_failed(self, number: int) -> None:
        """Nothing is known of a trial."""
        self._study.tell(self._open.pop(number), state=TrialState.FAIL)

    def _enqueue(self, n_trials: int) -> None:
        grid = grid_points(self._space.dimensions, n_trials)
        self._left = len(grid)
        for values in grid:
            self._study.enqueue_trial(values)

    def _sampler(self) -> BaseSampler:
        seed = derive_seed(self._seed, "sampler", self._batch) % 2**32
        if self._name == "tpe":
            return TPESampler(seed=seed, group=bool(self._space.conditional), n_startup_trials=_STARTUP)
        if self._name == "gp":
            return GPSampler(seed=seed, n_startup_trials=_STARTUP)
        if self._name == "qmc":  # one sequence over all batches
            seed = derive_seed(self._seed, "sampler") % 2**32
            independent = RandomSampler(seed=derive_seed(self._seed, "independent", self._batch) % 2**32)
            return QMCSampler(
                scramble=True, seed=seed, independent_sampler=independent, warn_independent_sampling=False
            )
        return RandomSampler(seed=seed)


def check_sampler(space: SearchSpace, sampler: SearchSampler) -> None:
    """Make sure that a sampler can draw from a space.

    Raises:
        SettingError: The space is conditional, and the sampler needs every parameter in every point.
    """
    if space.conditional and sampler not in _FOR_ALL:
        raise SettingError(
            f"the sampler is {sampler}, which needs every parameter in every point, but {space.conditional[0]} of the space "
            f"{space.name!r} exists in some only: choose {' or '.join(_FOR_ALL)}"
        )


def grid_points(dimensions: Sequence[Dimension], n_trials: int) -> list[dict[str, Value]]:
    """Every combination of as many evenly spaced values along each range as fit into a number of trials.

    Raises:
        SettingError: Two values along each range are too many already.
    """
    fixed = math.prod(len(each.values) for each in dimensions if each.values)
    n_ranges = sum(not each.values for each in dimensions)
    n_values = 2
    while n_ranges and fixed * (n_values + 1) ** n_ranges <= n_trials:
        n_values += 1
    if fixed * 2**n_ranges > n_trials:
        raise SettingError(
            f"the number of trials is {n_trials}, but the smallest grid over these {len(dimensions)} parameters has "
            f"{fixed * 2**n_ranges:,} points: allow more trials, or choose another sampler"
        )
    values = itertools.product(*(each.grid(n_values) for each in dimensions))
    return [dict(zip((each.name for each in dimensions), point, strict=True)) for point in values]


def _suggested(trial: optuna.Trial, dimension: Dimension) -> Value:
    drawn = distribution(dimension)
    if isinstance(drawn, CategoricalDistribution):
        return cast("Value", trial.suggest_categorical(dimension.name, drawn.choices))
    if isinstance(drawn, IntDistribution):
        return trial.suggest_int(dimension.name, drawn.low, drawn.high, log=drawn.log)
    return trial.suggest_float(dimension.name, dimension.low, dimension.high, log=dimension.log)


@contextmanager
def _may_change() -> Iterator[None]:
    # Optuna may still change the interface of some samplers, which concerns us, not users.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        yield
