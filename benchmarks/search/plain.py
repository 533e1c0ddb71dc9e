"""The peer: Optuna with an objective in plain PyTorch, as a careful user writes it."""

from __future__ import annotations

import time

import numpy as np
import optuna
import torch
from optuna.distributions import FloatDistribution, IntDistribution
from optuna.pruners import BasePruner, MedianPruner, NopPruner
from torch import nn

from studium.data import Dataset, fit_normalisation
from studium.studies.sampling import distribution
from studium.studies.search import SearchPlan
from studium.studies.space import Dimension

JOBS = 2
ACTIVATIONS: dict[str, type[nn.Module]] = {"relu": nn.ReLU, "tanh": nn.Tanh, "silu": nn.SiLU}
PRUNERS: dict[str, type[BasePruner]] = {"no pruner": NopPruner, "MedianPruner after each fold": MedianPruner}


class PlainObjective:
    """Mean squared error over the folds, one network after the other.

    Networks, momentum SGD, cosine and full batches are those of the space; tensors are made once, nothing is scored before
    the end of a training, and the optimiser is PyTorch's fused one, the fastest of the three here.

    Args:
        dataset: The data.
        plan: Space, folds and epochs.
    """

    def __init__(self, dataset: Dataset, plan: SearchPlan) -> None:
        self._dimensions = plan.space.dimensions
        self._epochs = plan.epochs
        self._activation = ACTIVATIONS[plan.space.point[0].activation]
        self._folds = []
        for item in plan.replicates.items:
            found = fit_normalisation(dataset, item.train)
            inputs, targets = found.inputs(dataset.inputs), found.targets(dataset.targets)
            scale = found.target_std.item() ** 2  # back to the targets' own units
            train, held_out = torch.from_numpy(item.train), torch.from_numpy(item.validation)
            self._folds.append((inputs[train], targets[train], inputs[held_out], targets[held_out], scale))

    def __call__(self, trial: optuna.Trial) -> float:
        values = {each.name: suggested(trial, each) for each in self._dimensions}
        scores = []
        for number, fold in enumerate(self._folds):
            scores.append(self._score(values, *fold))
            trial.report(float(np.mean(scores)), number)
            if trial.should_prune():
                raise optuna.TrialPruned
        return float(np.mean(scores))

    def _score(
        self,
        values: dict[str, float],
        x: torch.Tensor,
        y: torch.Tensor,
        held_x: torch.Tensor,
        held_y: torch.Tensor,
        scale: float,
    ) -> float:
        network = _network(values, self._activation)
        optimizer = torch.optim.SGD(
            network.parameters(), values["lr"], momentum=0.9, weight_decay=values["weight_decay"], fused=True
        )
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, self._epochs)
        for _ in range(self._epochs):
            optimizer.zero_grad()
            nn.functional.mse_loss(network(x), y).backward()
            optimizer.step()
            schedule.step()
        network.eval()
        with torch.no_grad():
            return nn.functional.mse_loss(network(held_x), held_y).item() * scale


def suggested(trial: optuna.Trial, dimension: Dimension) -> float:
    """A trial's value of a parameter that is a range."""
    drawn = distribution(dimension)
    if isinstance(drawn, IntDistribution):
        return trial.suggest_int(dimension.name, drawn.low, drawn.high, log=drawn.log)
    assert isinstance(drawn, FloatDistribution)
    return trial.suggest_float(dimension.name, drawn.low, drawn.high, log=drawn.log)


def seconds_of_plain(dataset: Dataset, plan: SearchPlan, n_trials: int, pruner: str, seed: int = 0) -> float:
    """Wall time of a study by Optuna's own sampler in two threads, PyTorch with one thread in each."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    sampler = optuna.samplers.TPESampler(seed=seed)
    study = optuna.create_study(sampler=sampler, pruner=PRUNERS[pruner]())
    started = time.perf_counter()
    study.optimize(PlainObjective(dataset, plan), n_trials=n_trials, n_jobs=JOBS)
    seconds = time.perf_counter() - started
    torch.set_num_threads(before)
    return seconds


def _network(values: dict[str, float], activation: type[nn.Module]) -> nn.Module:
    first, second = int(values["units1"]), int(values["units2"])
    return nn.Sequential(
        nn.Linear(1, first),
        activation(),
        nn.Dropout(values["dropout1"]),
        nn.Linear(first, second),
        activation(),
        nn.Dropout(values["dropout2"]),
        nn.Linear(second, 1),
    )
