"""Populations: 50 values x 5 folds of two hidden layers of 64 on 100 rows, Adam, against everybody else."""

from __future__ import annotations

import subprocess
import sys
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from benchmarks import peers
from benchmarks.machine import peak_gflops
from studium.data import Dataset, fit_normalisation, open_dataset
from studium.models import MLPSpec, build
from studium.training import Member, TrainConfig, Trainer
from studium.validation import k_fold

VALUES, FOLDS, EPOCHS = 50, 5, 400
ROUNDS = 3
SAMPLE_MEMBERS, SAMPLE_EPOCHS = 2, 60  # of the slow peers; scaled by steps


@dataclass(frozen=True)
class Result:
    """Microseconds per member and step of each round."""

    name: str
    microseconds: tuple[float, ...]
    note: str = ""

    @property
    def median(self) -> float:
        return float(np.median(self.microseconds))


def main() -> None:
    # JAX warns whenever its process forks; our workers never touch it.
    warnings.filterwarnings("ignore", message="os.fork", category=RuntimeWarning)
    data = open_dataset("curve")
    for batch_size, least in ((None, 20), (16, 40)):
        _race(data, batch_size, least)
    _grid_searches(data)
    _growth(data)
    _memory()


def members(data: Dataset, n_values: int, epochs: int, batch_size: int | None) -> list[Member]:
    """Learning rates x folds, every fold with validation rows that are scored after each epoch."""
    spec = MLPSpec(input_shape=(1,), n_outputs=1, hidden=(64, 64))
    folds = k_fold(data, n_folds=FOLDS)
    return [
        item.member(spec, TrainConfig(learning_rate=float(rate), epochs=epochs, batch_size=batch_size))
        for rate in np.geomspace(1e-4, 1e-2, n_values)
        for item in folds.items
    ]


def _race(data: Dataset, batch_size: int | None, least: int) -> None:
    everybody = members(data, VALUES, EPOCHS, batch_size)
    steps = -(-80 // (batch_size or 80))
    print(
        f"\n{len(everybody)} members, 80 training and 20 validation rows, "
        f"{'full batches' if batch_size is None else f'batches of {batch_size}'}, "
        "validation after each epoch; microseconds per member and step"
    )
    rounds: dict[str, list[float]] = {}
    works = {
        "studium": lambda: _ours(data, everybody),
        "plain PyTorch loop, 1 thread": lambda: _plain(data, everybody, threads=1),
        "plain PyTorch loop, all threads": lambda: _plain(data, everybody, threads=torch.get_num_threads()),
        "PyTorch with Dataset and DataLoader": lambda: _with_loader(data, everybody),
        "JAX jit + vmap": peers.jax_population(data, everybody),
        "pytabkit, 5 fused folds": lambda: peers.pytabkit_folds(data, EPOCHS, batch_size),
    }
    for number in range(ROUNDS + 1):  # the first warms up
        for name, work in works.items():
            seconds, member_epochs = work()
            if number:
                rounds.setdefault(name, []).append(seconds / (member_epochs * steps) * 1e6)
    results = [Result(name, tuple(values)) for name, values in rounds.items()]
    _print(results, least, _floor(steps))


def _ours(data: Dataset, everybody: list[Member]) -> tuple[float, int]:
    start = time.perf_counter()
    Trainer(data).fit(everybody)
    return time.perf_counter() - start, len(everybody) * EPOCHS


def _plain(data: Dataset, everybody: list[Member], threads: int) -> tuple[float, int]:
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    start = time.perf_counter()
    for member in everybody[:SAMPLE_MEMBERS]:
        inputs, targets = _normalised(data, member)
        rows = torch.from_numpy(member.train)
        held_out = torch.from_numpy(member.validation)
        size = member.config.batch_size or len(rows)
        network, optimizer, criterion = _network(member)
        for _ in range(SAMPLE_EPOCHS):
            network.train()
            order = rows[torch.randperm(len(rows))] if size < len(rows) else rows
            for part in order.split(size):
                optimizer.zero_grad()
                criterion(network(inputs[part]), targets[part]).backward()
                optimizer.step()
            network.eval()
            with torch.no_grad():
                criterion(network(inputs[held_out]), targets[held_out]).item()
    torch.set_num_threads(before)
    return time.perf_counter() - start, SAMPLE_MEMBERS * SAMPLE_EPOCHS


def _with_loader(data: Dataset, everybody: list[Member]) -> tuple[float, int]:
    start = time.perf_counter()
    for member in everybody[:SAMPLE_MEMBERS]:
        inputs, targets = _normalised(data, member)
        training = TensorDataset(inputs[member.train], targets[member.train])
        validation = TensorDataset(inputs[member.validation], targets[member.validation])
        loader = DataLoader(training, batch_size=member.config.batch_size or len(training), shuffle=True)
        checks = DataLoader(validation, batch_size=len(validation))
        network, optimizer, criterion = _network(member)
        for _ in range(SAMPLE_EPOCHS):
            network.train()
            for x, y in loader:
                optimizer.zero_grad()
                criterion(network(x), y).backward()
                optimizer.step()
            network.eval()
            with torch.no_grad():
                for x, y in checks:
                    criterion(network(x), y).item()
    return time.perf_counter() - start, SAMPLE_MEMBERS * SAMPLE_EPOCHS


def _network(member: Member) -> tuple[nn.Module, torch.optim.Optimizer, nn.Module]:
    network = build(member.spec, member.seed)
    return network, torch.optim.Adam(network.parameters(), lr=member.config.learning_rate), nn.MSELoss()


def _normalised(data: Dataset, member: Member) -> tuple[torch.Tensor, torch.Tensor]:
    found = fit_normalisation(data, member.train)
    return found.inputs(data.inputs), found.targets(data.targets)


def _floor(n_steps: int) -> float:
    # Products only, at the measured peak of all cores: forward, both backward (not into the inputs), validation forward.
    layers = ((1, 64), (64, 64), (64, 1))
    products = sum(a * b for a, b in layers)
    rows = 80 / n_steps
    training = 2 * rows * (3 * products - layers[0][0] * layers[0][1])
    validation = 2 * 20 * products / n_steps
    return (training + validation) / (peak_gflops(torch.get_num_threads()) * 1e3)


def _print(results: list[Result], least: float, floor: float) -> None:
    ours = results[0]
    for each in results:
        low, high = min(each.microseconds), max(each.microseconds)
        ratio = each.median / ours.median
        print(
            f"  {each.name:38} {each.median:9.1f}  (n={len(each.microseconds)}, {low:.1f} to {high:.1f})  {ratio:6.1f}x ours"
        )
    print(
        f"  {'floor: products at the measured peak':38} {floor:9.1f}  ours is {ours.median / floor:.1f}x that"
    )
    print(
        f"  plain loop and DataLoader measured on {SAMPLE_MEMBERS} members x {SAMPLE_EPOCHS} epochs and scaled; "
        f"wanted: at least {least}x the plain loop and 300x the DataLoader, faster than JAX and pytabkit"
    )


def _grid_searches(data: Dataset) -> None:
    print(
        "\nGridSearchCV with 2 jobs, full batches, no validation after epochs; microseconds per member and step"
    )
    for name, (seconds, member_epochs) in peers.grid_searches(data, FOLDS).items():
        print(f"  {name:38} {seconds / member_epochs * 1e6:9.1f}  (n=1; 6 values x 5 folds, scaled)")


def _growth(data: Dataset) -> None:
    print("\ncost against the number of members (200 epochs, full batches)")
    for n_values in (10, 50, 250):
        everybody = members(data, n_values, 200, None)
        seconds = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            Trainer(data).fit(everybody)
            seconds.append(time.perf_counter() - start)
        each = np.median(seconds) / (len(everybody) * 200) * 1e6
        print(
            f"  {len(everybody):5} members: {np.median(seconds):6.2f} s (n={ROUNDS}), "
            f"{each:.1f} microseconds per member and step"
        )


def _memory() -> None:
    code = (
        "from benchmarks.population import members\n"
        "from studium.data import open_dataset\n"
        "from studium.training import Trainer\n"
        "data = open_dataset('curve')\n"
        "print(sum(1 for _ in Trainer(data).iterate(members(data, 2000, 30, None))))"
    )
    running = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    peak = 0
    while running.poll() is None:
        peak = max(peak, _kilobytes(running.pid))
        time.sleep(0.05)
    assert running.stdout is not None
    n_members = int(running.stdout.read())
    print(f"\n{n_members:,} members, streamed: peak memory of all processes {peak / 1e6:.2f} GB (under 1 GB)")


def _kilobytes(process: int) -> int:
    # Memory of a process and its children, what they share counted once.
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0  # it has ended meanwhile
    own = next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
    return own + sum(_kilobytes(int(child)) for child in children)
