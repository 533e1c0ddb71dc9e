"""How long it takes to maximize the output units of ``cnn``, against the arithmetic that cannot be saved."""

from __future__ import annotations

import time

import torch

from benchmarks.timing import in_turn
from studium.data import Dataset
from studium.introspection.maximization import default_settings, maximize
from studium.introspection.maximization_settings import STRENGTHS
from studium.models import CNNSpec, MLPSpec, layers
from studium.training.model import Model

MOST_SECONDS = 15.0


def report_speed(model: Model, data: Dataset) -> None:
    """All output units, 256 steps, every regulariser on; the data is open, everything else is counted."""
    settings = default_settings(model.schema, STRENGTHS)
    timing = in_turn({"maximize": lambda: maximize(model, data=data, settings=settings)})["maximize"]
    steps = settings.steps * model.spec.n_outputs
    a_pass = 2 * products(model.spec)  # a product and a sum each
    flops = 2 * a_pass * steps  # forward, and backward to the input alone
    floor = flops / _peak()
    print(
        f"maximize all {model.spec.n_outputs} output units of {model.name}, {settings.steps} steps, all regularisers: "
        f"{timing} (at most {MOST_SECONDS:g} s); floor {floor:.2f} s ({flops / 1e9:.1f} GFLOP in float64 at the "
        "measured peak of one thread)"
    )


def products(spec: MLPSpec | CNNSpec) -> int:
    """Multiplications of one forward pass of one input."""
    total = 0
    for layer in layers(spec):
        if layer.kind in ("linear", "convolution"):
            places = layer.output_shape[1] * layer.output_shape[2] if layer.kind == "convolution" else 1
            total += (layer.n_parameters - layer.output_shape[0]) * places
    return total


def _peak() -> float:
    """Floating-point operations a second of one thread in float64."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    side = 1024
    matrix = torch.ones(side, side, dtype=torch.float64)
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        matrix @ matrix
        best = min(best, time.perf_counter() - start)
    torch.set_num_threads(before)
    return 2 * side**3 / best
