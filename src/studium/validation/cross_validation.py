"""Cross-validation: the matrix of scores, not only its mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from studium.data import Dataset
from studium.models import CNNSpec, MLPSpec
from studium.training import Fit, TrainConfig, Trainer
from studium.training.fit import Ending
from studium.validation.replicates import Replicates, k_fold

Point = tuple[MLPSpec | CNNSpec, TrainConfig]


@dataclass(frozen=True, eq=False)
class CrossValidation:
    """What cross-validation of one point gives.

    Attributes:
        fits: One per replicate, repetition by repetition; S seeds times K folds.
        replicates: The rows and seeds.
    """

    fits: tuple[Fit, ...]
    replicates: Replicates

    @cached_property
    def losses(self) -> np.ndarray:
        """Validation loss of each fit at its end (at its best epoch, with early stopping), ``[S, K]``; NaN: diverged."""
        return self._matrix("validation_loss")

    @cached_property
    def metrics(self) -> np.ndarray:
        """Validation ``mse`` (targets' own units) or ``accuracy`` of each fit, likewise, ``[S, K]``."""
        return self._matrix("validation_metric")

    @property
    def n_diverged(self) -> int:
        """How many fits diverged."""
        return sum(fit.status == "diverged" for fit in self.fits)

    @property
    def n_failed(self) -> int:
        """How many fits failed."""
        return sum(fit.status == "failed" for fit in self.fits)

    @property
    def status(self) -> Ending:
        """``failed`` when any fit did, else ``diverged`` when any did, else ``complete``."""
        return "failed" if self.n_failed else "diverged" if self.n_diverged else "complete"

    @cached_property
    def best_epochs(self) -> int:
        """The number of epochs with the smallest mean validation loss over all fits that did not diverge; 0 if all did.

        Fits that stopped early count with their last value after their end.
        """
        curves = [fit.history.validation_loss for fit in self.fits if fit.status == "complete"]
        if not curves:
            return 0
        longest = max(map(len, curves))
        table = np.stack([np.pad(curve, (0, longest - len(curve)), mode="edge") for curve in curves])
        return int(table.mean(axis=0).argmin()) + 1

    def _matrix(self, name: str) -> np.ndarray:
        values = [
            getattr(fit.history, name)[_scored_epoch(fit) - 1] if fit.status == "complete" else np.nan
            for fit in self.fits
        ]
        return np.array(values, dtype=np.float64).reshape(self.replicates.n_seeds, self.replicates.n_folds)


class KFoldCrossValidator:
    """k-fold cross-validation, repeated over seeds; all folds and seeds train as one population where they can.

    Args:
        dataset: The data; official test rows are never touched.
        n_folds: K, at least 2; stratified for classes.
        n_seeds: S, repetitions with other folds and other streams.
        seed: Root seed.
        trainer: Trains the members; by default one with all cores.

    Example:
        >>> from studium.data import open_dataset
        >>> from studium.models import preset
        >>> data = open_dataset("curve")
        >>> net = preset("net", data.input_shape, data.n_outputs)
        >>> KFoldCrossValidator(data, n_folds=5, n_seeds=2).run(net, TrainConfig(epochs=5)).metrics.shape
        (2, 5)
    """

    def __init__(
        self,
        dataset: Dataset,
        *,
        n_folds: int = 5,
        n_seeds: int = 1,
        seed: int = 0,
        trainer: Trainer | None = None,
    ) -> None:
        self._replicates = k_fold(dataset, n_folds=n_folds, n_seeds=n_seeds, seed=seed)
        self._trainer = trainer or Trainer(dataset)

    def run(self, spec: MLPSpec | CNNSpec, config: TrainConfig) -> CrossValidation:
        """Cross-validate one network with one training."""
        return cross_validate([(spec, config)], self._replicates, self._trainer)[0]


def cross_validate(
    points: Sequence[Point], replicates: Replicates, trainer: Trainer
) -> list[CrossValidation]:
    """Cross-validate many points on the same replicates, as one population where they can.

    Args:
        points: Network and training of each.
        replicates: Rows and seeds that all points share.
        trainer: Trains the members.

    Returns:
        One result per point, in order.
    """
    members = [item.member(*point) for point in points for item in replicates.items]
    fits = trainer.fit(members)
    size = len(replicates.items)
    return [
        CrossValidation(tuple(fits[start : start + size]), replicates) for start in range(0, len(fits), size)
    ]


def _scored_epoch(fit: Fit) -> int:
    return fit.best_epoch if fit.member.config.patience is not None else fit.epochs
