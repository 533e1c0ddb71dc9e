"""The executor of `search` steps."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import fmean
from typing import Any

from studium.data import Dataset
from studium.environment import has_fast_bfloat16
from studium.errors import InputError
from studium.models import preset
from studium.runs.cost import members_seconds
from studium.runs.facts import data_facts
from studium.runs.opening import DataOpener, OpenedData
from studium.runs.prepared import ShareDone, opened_data
from studium.runs.replication import replicates, with_replication
from studium.runs.resolution import Resolved, StepError, resolve
from studium.runs.search_champion import averaged, retrained
from studium.runs.search_steps import SearchStep
from studium.runs.step_folders import StepFolders
from studium.runs.study_records import SearchRecord
from studium.runs.writer import write_record
from studium.seeding import derive_seed
from studium.studies import usual_structures
from studium.studies.search import SearchPlan, check_search, search
from studium.studies.search_results import SearchTrial
from studium.studies.space_file import SpaceTable, load_space, search_space
from studium.training import Progress, Trainer
from studium.training.defaults import default_config
from studium.training.engine import Engine
from studium.validation import Point

_SHORT = 1000  # training rows up to which a fully connected network trains in no time
_BATCH, _FUSED_BATCH = 10, 20
_LEADING, _LONG_LEADING = 5, 2
_LONGER = 4  # times as long as in the race
_FLIP = 0.5
_GUESSED = 32  # points whose mean cost stands for that of a trial


@dataclass(frozen=True, eq=False)
class PreparedSearch:
    """A `search` step whose data are open and whose space is checked; nothing has been trained.

    Attributes:
        step: Every default written out.
        opened: The data.
        plan: What is searched, and how.
    """

    step: SearchStep
    opened: OpenedData
    plan: SearchPlan

    @property
    def notices(self) -> tuple[str, ...]:
        """What the reader must know."""
        return self.opened.notices

    @property
    def pool(self) -> Dataset:
        """What its networks are trained on."""
        return self.opened.pool

    @property
    def checksums(self) -> dict[str, str]:
        """SHA-256 of the data, by name."""
        return self.opened.checksums

    @property
    def seconds(self) -> float:
        """A rough guess of the time it takes."""
        return sum(self._phases)

    def run(self, folders: StepFolders, engine: Engine, progress: ShareDone) -> None:
        """Search, measure the leading trials again, retrain the winner, test it, and write it all."""
        started = time.perf_counter()
        shares = _Shares(self._phases, self.plan, progress)
        trainer = Trainer(self.opened.pool, engine=engine, progress=shares.trained)
        found, last = search(self.opened.pool, self.plan, trainer, shares.told)
        winner = retrained(last, self.step, self.opened, trainer, folders.model)
        exported = winner is not None and winner.model is not None
        ensemble = averaged(last, self.step, self.opened, trainer, folders.model) if exported else None
        record = SearchRecord(
            data=data_facts(self.opened, self.plan.replicates.items[0].member(*self.plan.space.point)),
            search=found,
            winner=winner,
            ensemble=ensemble,
            seconds=time.perf_counter() - started,
        )
        write_record(folders.study / "search.json", record)

    @cached_property
    def _phases(self) -> tuple[float, float, float]:
        # Of the batches, of the last stretch that they share, and of everything after the race.
        n_rows, keep = len(self.plan.replicates.items[0].train), self.plan.keep
        stretches = [
            (later - rung) / keep**power / self.plan.epochs
            for power, (rung, later) in enumerate(pairwise((0, *self.plan.rungs)))
        ]
        points = self.plan.space.sample(_GUESSED)
        one = fmean(members_seconds(*point, n_rows, 1) for point in points)
        whole = one * self.plan.n_trials * len(self.plan.replicates.items)
        shared = stretches.pop() if len(stretches) > 1 else 0.0
        last = fmean(members_seconds(*self.plan.final(point), n_rows, 1) for point in points)
        by_hand = sum(members_seconds(*point, n_rows, 1) for _, point in self.plan.hand_made)
        measured = (by_hand + self.plan.n_leading * last) * len(self.plan.fresh.items)
        refitted = last * (self.step.refits + self.step.ensemble)
        return whole * sum(stretches), whole * shared, measured + refitted


class _Shares:
    """Turns the trials of the race, and then the trainings after it, into the share of the step that is done.

    Args:
        phases: Seconds that the batches, the stretch that they share, and the rest may take.
        plan: Of the search.
        report: Called with the share.
    """

    def __init__(
        self, phases: tuple[float, float, float], plan: SearchPlan, report: Callable[[float], None]
    ) -> None:
        batches, shared, _ = (seconds / sum(phases) for seconds in phases)
        self._batches, self._race = batches, batches + shared
        self._n_trials, self._report = plan.n_trials, report
        self._free = {"duplicate"} if plan.on_invalid == "prune" else {"duplicate", "invalid"}
        self._told: set[int] = set()
        self._races = shared > 0
        self._finals = 0.0

    def told(self, trial: SearchTrial) -> None:
        """A trial has come to its end, or to where it waits."""
        if trial.status not in self._free and not self._are_all:
            self._told.add(trial.number)
            self._report(self._batches * len(self._told) / self._n_trials)

    def trained(self, state: Progress) -> None:
        """A training goes on; those of the batches are counted by their trials."""
        share = state.done / max(state.total, 1)
        if not self._are_all:
            return
        if self._races:
            self._report(self._batches + (self._race - self._batches) * share)
            self._races = not state.finished
            return
        self._finals = max(self._finals, 0.7 * share) if not state.finished else self._finals
        self._report(self._race + (1 - self._race) * self._finals)

    @property
    def _are_all(self) -> bool:
        return len(self._told) >= self._n_trials


def prepare_search(step: SearchStep, opener: DataOpener) -> PreparedSearch:
    """Open the data of a step, read its space, and check everything about it.

    Raises:
        StepError: It asks for something that cannot be; says which key.
        UnavailableError: Its data cannot be had.
    """
    opened = opened_data(step, opener)
    pool = opened.pool
    step = with_replication(_with_space(step, pool), pool, n_seeds=1)
    resolved = resolve(_with_schedule(step), pool)
    step = _with_sizes(resolved, pool, usual_epochs="epochs" not in step.config)
    point: Point = (resolved.spec, resolved.config)
    try:
        space = search_space(
            step.space, point, step.parameters, most_parameters=step.most_parameters, first=step.first
        )
    except InputError as error:
        raise StepError(("parameters",), str(error)) from error
    plan = _plan(step, space, opened)
    return PreparedSearch(opened.written(step), opened, plan)


def _plan(step: SearchStep, space: Any, opened: OpenedData) -> SearchPlan:
    try:
        plan = SearchPlan(
            name=step.name,
            space=space,
            replicates=replicates(step, opened.pool, seed=derive_seed(step.seed, "search")),
            fresh=replicates(
                step, opened.pool, seed=derive_seed(step.seed, "fresh"), n_seeds=step.fresh_seeds
            ),
            n_trials=step.trials,
            sampler=step.sampler,
            on_invalid=step.on_invalid,
            n_rungs=step.rungs,
            keep=step.keep,
            batch=step.batch or _BATCH,
            n_leading=step.leading or _LEADING,
            final_epochs=step.refit_epochs,
            hand_made=_hand_made(step, opened.pool),
            seed=step.seed,
        )
        check_search(plan)
    except StepError:
        raise
    except InputError as error:
        raise StepError(("sampler",) if "sampler" in str(error) else ("parameters",), str(error)) from error
    return plan


def _with_space(step: SearchStep, pool: Dataset) -> SearchStep:
    # What the space says, where the step says nothing.
    name = step.space or ("cnn" if len(pool.input_shape) == 3 else "mlp")
    if step.parameters and step.model:
        return step.model_copy(update={"space": step.space or step.name})
    try:
        table = load_space(name)
    except InputError as error:
        raise StepError(("space",), str(error)) from error
    return step.model_copy(
        update={
            "space": table.name,
            "model": step.model or table.model,
            "network": {**table.network, **step.network},
            "config": {**_config(table, pool), **step.config},
            "parameters": step.parameters or table.parameters,
            "most_parameters": step.most_parameters or table.most_parameters,
            "first": step.first or (() if step.parameters else table.first),
            "hand_made": table.hand_made if step.hand_made is None else step.hand_made,
            "refit_epochs": step.refit_epochs or table.refit_epochs,
        }
    )


def _config(table: SpaceTable, pool: Dataset) -> dict[str, Any]:
    # What the space asks for where data and processor allow it.
    config = dict(table.config)
    if table.mirror and pool.mirrorable:
        config["augmentation"] = {**config.get("augmentation", {}), "flip": _FLIP}
        config["flip_averaging"] = True
    if table.mixed_precision and has_fast_bfloat16():
        config["mixed_precision"] = True
    return config


def _with_schedule(step: SearchStep) -> SearchStep:
    # A race compares before the end. Where the learning rate still rises, too high a rate looks better than it is.
    if {"schedule", "warmup_share"} & {*step.config, *step.parameters}:
        return step
    return step.model_copy(update={"config": {**step.config, "schedule": "cosine"}})


def _with_sizes(resolved: Resolved[SearchStep], pool: Dataset, *, usual_epochs: bool) -> SearchStep:
    step, fused = resolved.step, resolved.spec.kind == "mlp"
    quick = fused and len(pool.training_pool) <= _SHORT
    longer = (
        _LONGER * resolved.config.epochs if quick and usual_epochs and pool.task == "regression" else None
    )
    changes: dict[str, Any] = {
        "batch": step.batch or (_FUSED_BATCH if fused else _BATCH),
        "leading": step.leading or (_LEADING if quick else _LONG_LEADING),
        "hand_made": usual_structures(pool) if step.hand_made is None else step.hand_made,
        "refit_epochs": step.refit_epochs or longer,
    }
    return step.model_copy(update=changes)


def _hand_made(step: SearchStep, pool: Dataset) -> tuple[tuple[str, Point], ...]:
    found = []
    for name in step.hand_made or ():
        try:
            spec = preset(name, pool.input_shape, pool.n_outputs)
        except InputError as error:
            raise StepError(("hand_made",), str(error)) from error
        found.append((name, (spec, default_config(spec, pool))))
    return tuple(found)
