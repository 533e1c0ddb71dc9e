"""Scores that repeat to the last bit, in every process and on any number of cores."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from torch import nn

from studium.data import Dataset, Normalisation
from studium.training.evaluation import Scores, evaluate_module

_ROWS = 2000  # scored by one thread at a time; fixed, because the grouping of a sum changes its last bits


def score(
    module: nn.Module, dataset: Dataset, rows: np.ndarray, normalisation: Normalisation, criterion: nn.Module
) -> Scores:
    """Scores on rows of a dataset, as :func:`studium.training.evaluate_module` gives them, but reproducible.

    PyTorch splits sums by its threads. So each part of the rows is scored by one thread, several parts at a time, and the
    parts are added in their order.

    Args:
        module: The network, in evaluation mode.
        dataset: The data.
        rows: Row indices ``[N]``, at least one.
        normalisation: The model's.
        criterion: The training's loss, averaging over rows.
    """
    parts = np.array_split(rows, range(_ROWS, len(rows), _ROWS))
    with ThreadPoolExecutor(os.cpu_count(), initializer=lambda: torch.set_num_threads(1)) as pool:
        scores = list(
            pool.map(lambda part: evaluate_module(module, dataset, part, normalisation, criterion), parts)
        )
    loss, metric = (
        sum(getattr(each, name) * each.n for each in scores) / len(rows) for name in ("loss", "metric")
    )
    return Scores(loss, metric, scores[0].metric_name, len(rows))
