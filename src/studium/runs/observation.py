"""What a model does on the test rows: the material of the report's figures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from studium.data import Dataset, ImageSchema, curve_function
from studium.runs.evidence import Confusion, Evidence, FittedCurve, Points, PredictedRows, Sample
from studium.runs.opening import OpenedData
from studium.seeding import numpy_stream
from studium.training import Member
from studium.training.model import Model

_GRID = 401  # points of a fitted curve
_BEYOND = 0.05  # how far the grid reaches beyond the data, as a share of their range
_SAMPLES = 4  # of right rows, and of wrong ones
_ROWS = 2000  # of a scatter of predictions, at most


def observe(models: Sequence[Model], opened: OpenedData, member: Member, seed: int) -> Evidence:
    """What the trained models do.

    Args:
        models: The complete trainings' models; the first is the exported one.
        opened: The data.
        member: What the exported model was trained as.
        seed: Of the choice of samples.
    """
    data = opened.dataset
    if data.task == "classification":
        probabilities = models[0].predict(data.inputs[torch.from_numpy(opened.test_rows)]).numpy()
        return Evidence(
            confusion=_confusion(data, opened.test_rows, probabilities),
            samples=_samples(data, opened.test_rows, probabilities, seed),
        )
    if data.input_shape == (1,) and data.n_outputs == 1:
        return Evidence(curve=_fitted_curve(models, opened, member))
    return Evidence(predictions=_predicted_rows(models[0], opened))


def squared_errors(model: Model, opened: OpenedData) -> np.ndarray:
    """Squared error of each test row, averaged over targets, in the targets' own units, ``[N_test]``."""
    rows = torch.from_numpy(opened.test_rows)
    residual = model.predict(opened.dataset.inputs[rows]) - opened.dataset.targets[rows]
    return residual.square().mean(dim=1).numpy()


def _fitted_curve(models: Sequence[Model], opened: OpenedData, member: Member) -> FittedCurve:
    data = opened.dataset
    lowest, highest = float(data.inputs.min()), float(data.inputs.max())
    beyond = _BEYOND * (highest - lowest)
    grid = np.linspace(lowest - beyond, highest + beyond, _GRID)
    inputs = torch.from_numpy(grid[:, None])
    is_built_in = data.name == "curve" and opened.asked == "curve"
    return FittedCurve(
        input_name=_input_name(data),
        target_name=data.target_names[0],
        x=_rounded(grid),
        fits=tuple(_rounded(model.predict(inputs)[:, 0].numpy()) for model in models),
        truth=_rounded(curve_function(grid)) if is_built_in else (),
        train=_points(data, member.train),
        validation=_points(data, member.validation),
        test=_points(data, opened.test_rows),
    )


def _points(data: Dataset, rows: np.ndarray) -> Points:
    index = torch.from_numpy(rows)
    return Points(x=_rounded(data.inputs[index, 0].numpy()), y=_rounded(data.targets[index, 0].numpy()))


def _input_name(data: Dataset) -> str:
    return "input" if isinstance(data.schema, ImageSchema) else data.schema.feature_names[0]


def _predicted_rows(model: Model, opened: OpenedData) -> tuple[PredictedRows, ...]:
    data, rows = opened.dataset, opened.test_rows
    kept = torch.from_numpy(np.sort(numpy_stream(0, "predicted rows").permutation(rows)[:_ROWS]))
    predicted = model.predict(data.inputs[kept])
    return tuple(
        PredictedRows(
            target_name=name,
            true=_rounded(data.targets[kept, place].numpy()),
            predicted=_rounded(predicted[:, place].numpy()),
            n=len(rows),
        )
        for place, name in enumerate(data.target_names)
    )


def _confusion(data: Dataset, rows: np.ndarray, probabilities: np.ndarray) -> Confusion:
    n_classes = len(data.class_names)
    labels = data.targets.numpy()[rows]
    counts = np.bincount(labels * n_classes + probabilities.argmax(1), minlength=n_classes**2)
    return Confusion(
        classes=data.class_names, counts=tuple(map(tuple, counts.reshape(n_classes, -1).tolist()))
    )


def _samples(data: Dataset, rows: np.ndarray, probabilities: np.ndarray, seed: int) -> tuple[Sample, ...]:
    stream = numpy_stream(seed, "samples")
    right = probabilities.argmax(1) == data.targets.numpy()[rows]
    return tuple(
        _sample(data, int(rows[place]), probabilities[place])
        for part in (np.flatnonzero(right), np.flatnonzero(~right))
        for place in stream.permutation(part)[:_SAMPLES]
    )


def _sample(data: Dataset, row: int, probabilities: np.ndarray) -> Sample:
    return Sample(
        row=row,
        label=int(data.targets[row]),
        predicted=int(probabilities.argmax()),
        probabilities=_rounded(probabilities),
        pixels=_pixels(data, row),
    )


def _pixels(data: Dataset, row: int) -> tuple[tuple[tuple[int, ...], ...], ...]:
    if len(data.input_shape) != 3:
        return ()
    return tuple(tuple(map(tuple, channel)) for channel in data.inputs[row].tolist())


def _rounded(values: np.ndarray) -> tuple[float, ...]:
    # Six significant digits draw any figure, and keep files small.
    return tuple(float(f"{value:.6g}") for value in values)
