"""Single networks: accuracy in time on Fashion-MNIST, epochs against a DataLoader, the curve against a Gaussian process."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader
from torch.utils.data import Dataset as TorchDataset

from benchmarks import gaussian_process
from benchmarks.timing import Timing, in_turn
from studium.data import Dataset, Split, open_dataset, split
from studium.models import build, preset
from studium.studies import ComparisonPlan, compare, point_at, refit, structures
from studium.training import Fit, Member, Trainer, evaluate_module
from studium.training.defaults import default_config
from studium.validation import k_fold

SEEDS = 3


def main() -> None:
    data = open_dataset("fashion-mnist")
    rows = split(data)
    for name, accuracy, seconds in (("fc", 0.885, 20), ("cnn", 0.910, 90)):
        _accuracy(data, rows, name, accuracy, seconds)
    for name, ratio in (("fc", 2.2), ("cnn", 1.5)):
        _epoch(data, rows, name, ratio)
    _curve()
    _memory()
    _help()


def _accuracy(data: Dataset, rows: Split, name: str, least: float, most_seconds: float) -> None:
    spec = preset(name, data.input_shape, data.n_outputs)
    config = default_config(spec, data)
    scores, seconds = [], []
    for seed in range(SEEDS):
        start = time.perf_counter()
        fit = Trainer(data).fit([Member(spec, config, rows.train, rows.validation, seed)])[0]
        seconds.append(time.perf_counter() - start)
        network = build(spec)
        network.load_state_dict(fit.weights)
        scores.append(
            evaluate_module(network, data, rows.test, fit.normalisation, nn.CrossEntropyLoss()).metric
        )
    print(
        f"{name}: test accuracy {np.mean(scores):.4f} (sd {np.std(scores, ddof=1):.4f}, n={SEEDS} seeds; at least {least}) "
        f"in {Timing(tuple(seconds))} of training (at most {most_seconds} s); {config.epochs} epochs"
    )


class _Images(TorchDataset[tuple[torch.Tensor, int]]):
    # What everybody writes: pixels and labels, one item at a time.

    def __init__(self, data: Dataset, rows: np.ndarray) -> None:
        self.pixels = data.inputs[rows].float() / 255
        self.labels = data.targets[rows].tolist()

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        return self.pixels[index], self.labels[index]


def _epoch(data: Dataset, rows: Split, name: str, least: float) -> None:
    spec = preset(name, data.input_shape, data.n_outputs)
    config = default_config(spec, data).model_copy(update={"epochs": 1, "schedule": "constant"})
    loader = DataLoader(_Images(data, rows.train), batch_size=config.batch_size, shuffle=True)

    def peer() -> None:
        network = build(spec, 0)
        optimizer = torch.optim.AdamW(network.parameters(), lr=config.learning_rate)
        criterion = nn.CrossEntropyLoss()
        for pixels, labels in loader:
            optimizer.zero_grad()
            criterion(network(pixels), labels).backward()
            optimizer.step()

    member = Member(spec, config, rows.train, seed=0)
    times = in_turn({"ours": lambda: Trainer(data).fit([member]), "peer": peer})
    ratio = times["peer"].median / times["ours"].median
    print(
        f"{name}: an epoch of {len(rows.train):,} takes {times['ours']}, with Dataset and DataLoader {times['peer']}: "
        f"{ratio:.2f}x faster (at least {least}x)"
    )


def _curve() -> None:
    data = open_dataset("curve")
    trainer = Trainer(data)
    plan = ComparisonPlan(
        "net3",
        tuple(structures(data, ("net3", "net3_d"))),
        tuning=k_fold(data, n_folds=5, n_seeds=3, seed=1),
        fresh=k_fold(data, n_folds=5, n_seeds=3, seed=2),
        n_points=32,
    )
    result, _ = compare(data, plan, trainer)
    chosen = result.candidates[0]
    contender = plan.contenders[0]
    point = point_at(contender.point, contender.dimensions, chosen.tuned)
    scores = [_test_error(data, fit) for fit in refit(data, point, chosen.best_epochs, trainer, n_seeds=5)]
    process = gaussian_process.test_error(data)
    print(
        f"net3 on curve, tuned by cross-validation ({chosen.tuned}, {chosen.best_epochs} epochs), refitted on all rows: "
        f"test MSE {np.mean(scores):.4f} (sd {np.std(scores, ddof=1):.4f}, n=5 seeds), Gaussian process {process:.4f}: "
        f"ratio {np.mean(scores) / process:.2f} (at most 1.25)"
    )


def _test_error(data: Dataset, fit: Fit) -> float:
    network = build(fit.member.spec)
    network.load_state_dict(fit.weights)
    assert data.test_rows is not None
    return evaluate_module(network, data, data.test_rows, fit.normalisation, nn.MSELoss()).metric


def _memory() -> None:
    with tempfile.TemporaryDirectory() as folder:
        command = [
            "train",
            "--data",
            "fashion-mnist",
            "--model",
            "cnn",
            "--epochs",
            "1",
            "--out",
            f"{folder}/model",
        ]
        code = (
            "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, capture_output=True); "
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
        )
        run = [sys.executable, "-c", code, sys.executable, "-m", "studium", *command]
        kilobytes = int(subprocess.run(run, check=True, capture_output=True, text=True).stdout)
    print(f"studium train, cnn on Fashion-MNIST: peak memory {kilobytes / 1e6:.2f} GB (at most 1.2 GB)")


def _help() -> None:
    command = [sys.executable, "-m", "studium", "--help"]
    times = in_turn({"help": lambda: subprocess.run(command, check=True, capture_output=True)}, rounds=7)
    print(f"studium --help: {times['help']} (at most 0.5 s)")
