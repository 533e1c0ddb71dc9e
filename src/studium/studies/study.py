"""Parameter studies: one or two settings varied, everything else equal."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from studium.data import Dataset
from studium.errors import SettingError
from studium.studies.assessment import assess, watched
from studium.studies.good_values import good_values
from studium.studies.results import StudyResult, Trial
from studium.studies.sampling import Asker, SamplerName, Values
from studium.studies.scoring import advice, description, judged, scored
from studium.studies.space import Dimension, check_dimensions, point_at
from studium.training import Trainer
from studium.training.metrics import metric_name
from studium.validation import Point, Replicates

_ALONG = 17  # values of a grid along a single range
_ACROSS = 9  # values along each range of a grid over two parameters
_POINTS = 64  # of other samplers, over two parameters
_POINTS_ALONG = 17  # of other samplers, over one


@dataclass(frozen=True)
class StudyPlan:
    """What a study does, besides the data.

    Attributes:
        name: Of the study.
        model: Name of the model, for the result.
        point: Network and training; what is studied is varied from here.
        dimensions: One or two parameters and their values.
        sampler: See :class:`studium.studies.sampling.Asker`; ``None``: quasi-random points when two parameters both vary
            over a range, else a grid.
        n_points: Values of a grid along each range, or points of other samplers; ``None``: 17 over one parameter, 9 x 9 or
            64 over two.
        seed: Of the sampler.
    """

    name: str
    model: str
    point: Point
    dimensions: tuple[Dimension, ...]
    sampler: SamplerName | None = None
    n_points: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        names = [dimension.name for dimension in self.dimensions]
        if not 1 <= len(names) <= 2:
            raise SettingError(
                f"a study varies {len(names)} parameters, but it can vary one or two: leave others to a search"
            )
        if len(set(names)) < len(names):
            raise SettingError(f"{names[0]} is given twice, but each parameter varies once: remove one")
        if self.n_points is not None and self.n_points < 2 and not self._only_lists:
            raise SettingError(
                f"the number of points is {self.n_points}, but values along a range need at least 2: choose more"
            )

    @property
    def chosen_sampler(self) -> SamplerName:
        """The sampler, or the default for these dimensions."""
        two_ranges = len(self.dimensions) == 2 and not any(each.values for each in self.dimensions)
        return self.sampler or ("qmc" if two_ranges else "grid")

    @property
    def chosen_points(self) -> int:
        """The number of points, or the default for the sampler."""
        if self.n_points is not None:
            return self.n_points
        two = len(self.dimensions) == 2
        if self.chosen_sampler == "grid":
            return _ACROSS if two else _ALONG
        return _POINTS if two else _POINTS_ALONG

    @property
    def n_trials(self) -> int:
        """How many points will be tried."""
        if self.chosen_sampler != "grid":
            return self.chosen_points
        n_trials = 1
        for dimension in self.dimensions:
            n_trials *= len(dimension.grid(self.chosen_points))
        return n_trials

    @property
    def _only_lists(self) -> bool:
        return all(dimension.values for dimension in self.dimensions)


def run_study(dataset: Dataset, plan: StudyPlan, replicates: Replicates, trainer: Trainer) -> StudyResult:
    """Score every value over the same folds and seeds, and say which are good.

    The score is the validation ``mse`` (targets' own units) or ``accuracy`` at the end of each training, or, with early
    stopping, of the weights that it kept (see :func:`studium.studies.assessment.assess`). A value of which any replicate
    diverged counts as worse.

    Args:
        dataset: The data; its official test rows are never touched.
        plan: What varies.
        replicates: Rows and seeds that all values share; at least two, so that there is a spread.
        trainer: Trains the members.

    Raises:
        SettingError: A parameter is not one of the model or the optimiser, or a value is outside what it allows; nothing
            has been trained then.

    Example:
        >>> from studium.data import open_dataset
        >>> from studium.models import preset
        >>> from studium.studies import parse_dimension
        >>> from studium.training import TrainConfig
        >>> from studium.validation import k_fold
        >>> data = open_dataset("curve")
        >>> point = (preset("net", data.input_shape, data.n_outputs), TrainConfig(epochs=50))
        >>> plan = StudyPlan("rates", "net", point, (parse_dimension("lr=1e-6,1e-2"),))
        >>> run_study(data, plan, k_fold(data, n_folds=4, n_seeds=2), Trainer(data)).ranges[0].text
        'learning rate: [1e-2, 1e-2], best 1e-2'
    """
    started = time.perf_counter()
    check_study(plan, replicates)
    trials = _trials(dataset, plan, replicates, trainer)
    lower_is_better = metric_name(dataset.task) == "mse"
    found, trials = judged(trials, replicates, lower_is_better=lower_is_better)
    return StudyResult(
        name=plan.name,
        data=dataset.name,
        data_checksum=dataset.checksum,
        model=plan.model,
        parameters=tuple(dimension.name for dimension in plan.dimensions),
        labels=tuple(dimension.parameter.label for dimension in plan.dimensions),
        space=tuple(dimension.text() for dimension in plan.dimensions),
        log=tuple(dimension.is_log for dimension in plan.dimensions),
        config=plan.point[1].model_dump(mode="json"),
        metric=metric_name(dataset.task),
        lower_is_better=lower_is_better,
        resampling=replicates.description,
        n_replicates=len(replicates.items),
        watched=watched([point_at(plan.point, plan.dimensions, trial.values) for trial in trials]),
        sampler=plan.chosen_sampler,
        seed=plan.seed,
        trials=tuple(trials),
        best=found.best,
        ranges=tuple(good_values(each, trials, found.best) for each in plan.dimensions),
        test=description(found, replicates),
        advice=advice(trials, "value"),
        n_trainings=len(replicates.items) * len(trials),
        seconds=time.perf_counter() - started,
    )


def check_study(plan: StudyPlan, replicates: Replicates) -> None:
    """Make sure, before anything is trained, that a study can be.

    Raises:
        SettingError: There is no spread, a parameter is not one of the model or the optimiser, or a value is outside what it
            allows.
    """
    if len(replicates.items) < 2:
        raise SettingError(
            "a study has 1 fold and 1 seed, but a spread needs two trainings: use more folds or seeds"
        )
    check_dimensions(plan.point, plan.dimensions)


def _trials(dataset: Dataset, plan: StudyPlan, replicates: Replicates, trainer: Trainer) -> list[Trial]:
    maximise = metric_name(dataset.task) == "accuracy"
    asker = Asker(plan.dimensions, plan.chosen_sampler, plan.chosen_points, seed=plan.seed, maximise=maximise)
    trials: list[Trial] = []
    for batch in _batches(asker):
        points = [point_at(plan.point, plan.dimensions, values) for values in batch]
        found = assess(points, replicates, dataset, trainer)
        pairs = zip(batch, found, strict=True)
        new = [scored(number, *pair) for number, pair in enumerate(pairs, start=len(trials))]
        asker.tell([trial.mean for trial in new])
        trials += new
    return trials


def _batches(asker: Asker) -> Iterator[list[Values]]:
    while batch := asker.ask():
        yield batch
