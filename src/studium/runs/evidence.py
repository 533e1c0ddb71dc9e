"""What an exported model does on data, as data: the material of figures."""

from __future__ import annotations

from studium.config import Frozen

Numbers = tuple[float, ...]


class Points(Frozen):
    """Points in the plane: ``x`` and ``y`` of equal length."""

    x: Numbers = ()
    y: Numbers = ()


class FittedCurve(Frozen):
    """A regression from one input to one target, over a grid that reaches a little beyond the data.

    Attributes:
        input_name: The input.
        target_name: The target.
        x: The grid, ``[G]``.
        fits: Prediction of each complete training, ``[S, G]``; the first is the exported model's.
        truth: The noise-free function, ``[G]``; empty where nobody knows it.
        train, validation, test: The rows; training and validation rows are the exported model's.
    """

    input_name: str
    target_name: str
    x: Numbers
    fits: tuple[Numbers, ...]
    truth: Numbers = ()
    train: Points
    validation: Points
    test: Points


class PredictedRows(Frozen):
    """Predictions of a regression with several inputs or targets, beside the true values.

    Attributes:
        target_name: The target.
        true: True values of test rows, ``[N]``.
        predicted: Predictions of the exported model, ``[N]``.
        n: Test rows in all; above the length of ``true`` when only a part is kept.
    """

    target_name: str
    true: Numbers
    predicted: Numbers
    n: int


class Confusion(Frozen):
    """Test rows by true class (first axis) and predicted class (second), ``[C, C]``."""

    classes: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


class Sample(Frozen):
    """One test row and what the exported model says of it.

    Attributes:
        row: Index of the row in the dataset.
        label: Index of the true class.
        predicted: Index of the predicted class.
        probabilities: Of every class, ``[C]``.
        pixels: Grey values 0 to 255, ``[C, H, W]``; empty for tables.
    """

    row: int
    label: int
    predicted: int
    probabilities: Numbers
    pixels: tuple[tuple[tuple[int, ...], ...], ...] = ()


class Evidence(Frozen):
    """What fits the task; the rest is empty.

    Attributes:
        curve: For a regression from one input to one target.
        predictions: For any other regression, one entry a target.
        confusion: For a classification.
        samples: Test rows drawn at random, right ones first, then wrong ones; for a classification.
    """

    curve: FittedCurve | None = None
    predictions: tuple[PredictedRows, ...] = ()
    confusion: Confusion | None = None
    samples: tuple[Sample, ...] = ()


class Curve(Frozen):
    """Learning curves of one training, one value an epoch.

    Attributes:
        seed: Root of its random streams.
        train_loss: Mean loss over the epoch's training batches.
        validation_loss: Loss on the validation rows; empty without.
        validation_metric: Metric on the validation rows; empty without.
    """

    seed: int
    train_loss: Numbers
    validation_loss: Numbers = ()
    validation_metric: Numbers = ()


class History(Frozen):
    """Learning curves of a step: of its final trainings, and of the folds of its cross-validation."""

    trainings: tuple[Curve, ...]
    folds: tuple[Curve, ...] = ()
