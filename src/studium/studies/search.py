"""Search: many trials over a whole space, raced, the leading ones measured again, the winner beside what is made by hand."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from studium.data import Dataset
from studium.errors import SettingError
from studium.models import n_parameters
from studium.studies.finals import Finals, finals
from studium.studies.importance import importances
from studium.studies.proposing import Proposal, Proposer, SearchSampler, check_sampler
from studium.studies.raced import Raced, Racing
from studium.studies.rungs import Ladder, most_finalists, rung_epochs
from studium.studies.search_results import RungScore, SearchResult, SearchTrial
from studium.studies.search_space import SearchSpace
from studium.training import Trainer
from studium.training.metrics import metric_name
from studium.validation import Point, Replicates, interval

OnInvalid = Literal["resample", "prune"]

_FUTILE = 1000  # points in a row that are invalid or known already, after which a space counts as exhausted
_COUNTED = 10_000  # up to so many, the points of a space are counted, so that it is known when all were tried


@dataclass(frozen=True)
class SearchPlan:
    """How a space is searched.

    Attributes:
        name: Of the search.
        space: What varies.
        replicates: Rows and seeds that all trials share.
        fresh: Other rows and seeds, for the leading trials.
        n_trials: Trials to count, at least 1.
        sampler: How points are drawn, see :class:`studium.studies.proposing.Proposer`.
        on_invalid: Whether a point that cannot be built is replaced by another, or counts as a trial.
        n_rungs, keep: See :func:`studium.studies.rungs.rung_epochs`; 1 rung trains every trial to its end.
        batch: Trials that advance together and are drawn before the sampler learns of any of them.
        n_leading: Trials that are measured again.
        final_epochs: Epochs of that measurement, and of what is trained from it; ``None``: those of the search.
        hand_made: Structures to measure beside them, by name.
        seed: Root seed of the sampler.
    """

    name: str
    space: SearchSpace
    replicates: Replicates
    fresh: Replicates
    n_trials: int
    sampler: SearchSampler = "tpe"
    on_invalid: OnInvalid = "resample"
    n_rungs: int = 3
    keep: int = 4
    batch: int = 10
    n_leading: int = 5
    final_epochs: int | None = None
    hand_made: tuple[tuple[str, Point], ...] = ()
    seed: int = 0

    def __post_init__(self) -> None:
        for value, name in (
            (self.n_trials, "trials"),
            (self.batch, "trials of a batch"),
            (self.n_leading, "leading trials"),
        ):
            if value < 1:
                raise SettingError(f"the number of {name} is {value}, but at least 1 is needed: choose more")
        if self.space.point[1].patience is not None:
            raise SettingError(
                f"patience is {self.space.point[1].patience}, but in a search the comparison of trials decides who stops: "
                "leave patience out"
            )
        for name in ("epochs", "patience"):
            if name in (each.name for each in self.space.dimensions):
                raise SettingError(
                    f"the space {self.space.name!r} varies {name}, but the trials of a search are compared after the same "
                    f"epochs, and the comparison decides who stops: leave {name} out, or study it with `studium study`"
                )

    @property
    def epochs(self) -> int:
        """Epochs of a whole training."""
        return self.space.point[1].epochs

    def final(self, point: Point) -> Point:
        """A trial's network and training as it is measured at the end: for ``final_epochs``, which its schedule spans."""
        spec, config = point
        if self.final_epochs is None:
            return point
        return spec, config.model_copy(update={"epochs": self.final_epochs, "schedule_epochs": None})

    @property
    def rungs(self) -> tuple[int, ...]:
        """Epochs after which trials are compared."""
        return rung_epochs(self.epochs, self.n_rungs, self.keep)


def check_search(plan: SearchPlan) -> float:
    """Make sure, before anything is trained, that a space can be searched.

    Returns:
        Share of the space that can be built.

    Raises:
        SettingError: Nothing in it can be built, a point asks for what its network does not have, or the sampler cannot draw
            from it.
    """
    check_sampler(plan.space, plan.sampler)
    Proposer(plan.space, plan.sampler, plan.n_trials, seed=plan.seed, lower_is_better=True)
    return plan.space.check()


def search(
    dataset: Dataset, plan: SearchPlan, trainer: Trainer, tell: Callable[[SearchTrial], None] = lambda _: None
) -> tuple[SearchResult, Finals]:
    """Search a space within a budget of trials.

    Points come in batches. What cannot be built by shape arithmetic is told to the sampler and costs nothing; what was tried
    before is answered from memory. The trials of a batch advance together over the same rows and epochs and are compared
    at rungs (:class:`studium.studies.rungs.Ladder`); whoever is dropped costs nothing more. The best of all batches then
    train to the end together (:class:`studium.studies.raced.Racing`). The leading trials and the
    hand-made structures are then trained on fresh rows and seeds, and the winner is the best trial of these.

    Args:
        dataset: The data; its official test rows are never touched.
        plan: What is searched, and how.
        trainer: Trains the members.
        tell: Called with every trial when its end is known, and before, when it waits for the last rung.

    Returns:
        The result, and the finalists as networks, ready to be retrained.

    Raises:
        SettingError: See :func:`check_search`; nothing has been trained then.

    Example:
        >>> from studium.data import open_dataset
        >>> from studium.models import preset
        >>> from studium.studies.space_file import search_space
        >>> from studium.training import TrainConfig
        >>> from studium.validation import k_fold
        >>> data = open_dataset("curve")
        >>> point = (preset("net", data.input_shape, data.n_outputs), TrainConfig(epochs=32))
        >>> space = search_space("mine", point, {"lr": "1e-4:1e-1:log"})
        >>> plan = SearchPlan("rates", space, k_fold(data, n_folds=3), k_fold(data, n_folds=3, seed=1), n_trials=8, batch=4)
        >>> result, _ = search(data, plan, Trainer(data))
        >>> sum(result.counts.values()), result.winner is not None
        (8, True)
    """
    started = time.perf_counter()
    share_valid = check_search(plan)
    found = _Search(dataset, plan, trainer, tell)
    found.run()
    lower_is_better = metric_name(dataset.task) == "mse"
    leading = _leading(found.trials, plan.n_leading, lower_is_better=lower_is_better)
    last = finals(
        [(trial, plan.final(found.points[trial.number])) for trial in leading],
        plan.hand_made,
        plan.fresh,
        dataset,
        trainer,
    )
    dimensions = plan.space.dimensions
    return SearchResult(
        name=plan.name,
        data=dataset.name,
        data_checksum=dataset.checksum,
        space=plan.space.name,
        parameters=tuple(each.name for each in dimensions),
        labels=tuple(each.parameter.label for each in dimensions),
        dimensions=tuple(each.text() for each in dimensions),
        log=tuple(each.is_log for each in dimensions),
        conditional=plan.space.conditional,
        share_valid=share_valid,
        metric=metric_name(dataset.task),
        lower_is_better=lower_is_better,
        resampling=plan.replicates.description,
        fresh_resampling=plan.fresh.description,
        n_replicates=len(plan.replicates.items),
        sampler=plan.sampler,
        on_invalid=plan.on_invalid,
        asked=plan.n_trials,
        rungs=plan.rungs,
        keep=plan.keep,
        n_first=0 if plan.sampler == "grid" else len(plan.space.first),
        seed=plan.seed,
        trials=tuple(found.trials),
        finalists=last.finalists,
        best=last.best,
        difference=last.difference,
        importance=importances(found.trials, dimensions, lower_is_better=lower_is_better, seed=plan.seed),
        advice=_advice(found, plan),
        n_trainings=found.n_trainings + last.n_trainings,
        n_epochs=found.n_epochs,
        n_epochs_without_race=found.n_epochs_without_race,
        seconds=time.perf_counter() - started,
    ), last


@dataclass
class _Search:
    dataset: Dataset
    plan: SearchPlan
    trainer: Trainer
    tell: Callable[[SearchTrial], None]
    trials: list[SearchTrial] = field(default_factory=list)
    points: dict[int, Point] = field(default_factory=dict)
    n_trainings: int = 0
    n_epochs: int = 0
    n_epochs_without_race: int = 0
    exhausted: bool = False

    def __post_init__(self) -> None:
        lower_is_better = metric_name(self.dataset.task) == "mse"
        plan = self.plan
        self._proposer = Proposer(
            plan.space, plan.sampler, plan.n_trials, seed=plan.seed, lower_is_better=lower_is_better
        )
        self._ladder = Ladder(plan.rungs, plan.keep, lower_is_better)
        self._n_most = most_finalists(plan.n_trials, plan.batch, len(plan.rungs), plan.keep)
        self._known: dict[str, int] = {}
        self._n_points = plan.space.n_points(_COUNTED)
        self._asked: dict[int, int] = {}  # number of a trial: Optuna's
        self._repeated: list[
            tuple[int, int]
        ] = []  # of this batch: Optuna's number, number of the earlier trial
        self._batch = 0

    def run(self) -> None:
        with Racing(self.plan.replicates, self._ladder, self.trainer, self._n_most) as racing:
            while self._n_counted < self.plan.n_trials and not self.exhausted:
                numbers = self._draw(min(self.plan.batch, self.plan.n_trials - self._n_counted))
                self._take(racing.enter({number: self.points[number] for number in numbers}))
                for number in numbers:
                    self._tell_sampler(self._asked[number], self.trials[number])
                for asked, earlier in self._repeated:
                    self._tell_sampler(asked, self.trials[earlier])
                self._repeated.clear()
                self._batch += 1
            self._take(racing.finish())

    @property
    def _n_counted(self) -> int:
        free = {"duplicate", "invalid"} if self.plan.on_invalid == "resample" else {"duplicate"}
        return sum(trial.status not in free for trial in self.trials)

    def _draw(self, size: int) -> list[int]:
        # Points of the next batch that are to be trained; each has an entry among the trials already.
        self._proposer.begin_batch()
        numbers: list[int] = []
        futile, counted = 0, 0
        while counted < size:
            proposal = None if len(self._known) == self._n_points else self._proposer.ask()
            if proposal is None or futile >= _FUTILE:
                self.exhausted = True
                break
            trial = self._entered(proposal)
            if trial.status == "pruned":
                numbers.append(trial.number)
            counts = trial.status == "pruned" or (
                trial.status == "invalid" and self.plan.on_invalid == "prune"
            )
            futile, counted = (0, counted + 1) if counts else (futile + 1, counted)
        return numbers

    def _entered(self, proposal: Proposal) -> SearchTrial:
        number, key = len(self.trials), json.dumps(proposal.values, sort_keys=True)
        point = self.plan.space.at(proposal.values)
        reason = self.plan.space.invalid_reason(point)
        trial = SearchTrial(
            number=number, batch=self._batch, values=proposal.values, status="pruned", reason=reason or ""
        )
        if key in self._known and self._known[key] != number:
            trial = trial.model_copy(
                update={"status": "duplicate", "same_as": self._known[key], "reason": ""}
            )
            self._repeated.append((proposal.number, self._known[key]))
        elif reason is not None:
            trial = trial.model_copy(update={"status": "invalid"})
            self._proposer.tell_hopeless(proposal.number, invalid=True)
        else:
            trial = trial.model_copy(update={"parameters": n_parameters(point[0])})
            self.points[number], self._asked[number] = point, proposal.number
        self._known.setdefault(key, number)
        self.trials.append(trial)
        if trial.status != "pruned":
            self.tell(trial)
        return trial

    def _take(self, found: Mapping[int, Raced]) -> None:
        # How far trials came; one that waits for the last rung is as good as pruned until it goes on.
        for number, raced in found.items():
            trial = _with_scores(self.trials[number], raced, self.plan.replicates)
            self.trials[number] = trial
            self.tell(trial)
            if raced.status == "waiting":
                continue
            self.n_trainings += len(self.plan.replicates.items)
            self.n_epochs += raced.n_epochs
            ended = raced.status in ("diverged", "failed")  # not by the race, so that it saved nothing
            self.n_epochs_without_race += (
                raced.n_epochs if ended else self.points[number][1].epochs * len(self.plan.replicates.items)
            )

    def _tell_sampler(self, asked: int, trial: SearchTrial) -> None:
        if trial.status == "complete" and trial.mean is not None:
            self._proposer.tell_score(asked, trial.mean)
        elif trial.status == "pruned":
            self._proposer.tell_dropped(asked, {rung.epoch: rung.mean for rung in trial.rungs})
        elif trial.status == "failed":
            self._proposer.tell_failed(asked)
        else:
            self._proposer.tell_hopeless(asked, invalid=trial.status == "invalid")


def _with_scores(trial: SearchTrial, raced: Raced, replicates: Replicates) -> SearchTrial:
    rungs = tuple(RungScore(epoch=epoch, mean=score) for epoch, score in raced.rungs.items())
    changes: dict[str, object] = {
        "status": "pruned" if raced.status == "waiting" else raced.status,
        "rungs": rungs,
        "epochs": raced.n_epochs,
        "reason": raced.reason,
    }
    if raced.status == "complete":
        scores = raced.scores.reshape(replicates.n_seeds, replicates.n_folds)
        around = interval(scores, replicates.test_to_train)
        ends = {"mean": around.mean, "std": around.std, "low": around.low, "high": around.high}
        changes |= {name: float(value) if np.isfinite(value) else None for name, value in ends.items()}
        changes |= {"scores": tuple(map(tuple, scores.tolist())), "n": scores.size}
    return trial.model_copy(update=changes)


def _leading(trials: Sequence[SearchTrial], n: int, *, lower_is_better: bool) -> list[SearchTrial]:
    sign = 1 if lower_is_better else -1
    complete = [
        (sign * trial.mean, trial.number)
        for trial in trials
        if trial.status == "complete" and trial.mean is not None
    ]
    return [trials[number] for _, number in sorted(complete)[:n]]


def _advice(found: _Search, plan: SearchPlan) -> str:
    counts = {
        status: sum(trial.status == status for trial in found.trials)
        for status in ("diverged", "failed", "complete")
    }
    trained = [trial for trial in found.trials if trial.status not in ("invalid", "duplicate")]
    if trained and counts["diverged"] == len(trained):
        return "every trial diverged: lower the learning rates of the space, or clip the gradient"
    sentences = []
    if found.exhausted:
        sentences.append(
            f"the space has no more points: {found._n_counted} of {plan.n_trials} trials were to be had"
        )
    if counts["failed"]:
        sentences.append(f"{counts['failed']} of {len(trained)} trials failed; nothing is known of them")
    if trained and not counts["complete"]:
        sentences.append(
            "no trial came to its end: those that went on diverged or failed; allow more trials, or keep more"
        )
    return "; ".join(sentences)
