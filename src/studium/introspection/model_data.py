"""The data that a model was trained on, opened when something needs it."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from studium.data import Dataset, builtin_datasets, open_dataset
from studium.errors import SettingError, StudiumError
from studium.training.model import Model


class ModelData:
    """Data for looking into a model: given, or the built-in dataset of the model's record.

    Args:
        model: The model.
        data: A dataset that fits it; ``None`` for its own, where that is built in.
        offline: Never touch the network for it.
    """

    def __init__(self, model: Model, data: Dataset | None = None, *, offline: bool = False) -> None:
        if data is not None:
            model.require_fitting(data)
        self._model, self._given, self._offline = model, data, offline
        self._why_not = (
            f"{model.data.name} is not built in" if model.data.name else "the model's record names no data"
        )

    @cached_property
    def dataset(self) -> Dataset | None:
        """The data; ``None`` where it is not to be had."""
        known = {each.name for each in builtin_datasets()}
        if self._given is not None or self._model.data.name not in known:
            return self._given
        try:
            return open_dataset(self._model.data.name, like=self._model, offline=self._offline)
        except StudiumError as error:  # the model can be looked into without
            self._why_not = str(error)
            return None

    @property
    def missing(self) -> str:
        """Why there is no data, and the cure, in a sentence for notes; empty where there is some."""
        if self.dataset is not None:
            return ""
        return (
            f"without the data of the training ({self._why_not}) there are no strongest examples and no dead units: "
            "give the data with --data"
        )

    def require(self, what: str) -> Dataset:
        """The data, which is needed for something.

        Args:
            what: What needs it, in words.

        Raises:
            SettingError: It is not to be had.
        """
        if self.dataset is None:
            raise SettingError(
                f"{what} needs the data of the training, but {self._why_not}: give the data with --data"
            )
        return self.dataset

    def test_rows(self) -> tuple[np.ndarray, str]:
        """Rows that the model is judged by, ``[N]``, and what to call them; the data must be there."""
        dataset = self.require("a test row")
        rows, choice = self._model.rows_to_score(dataset)
        return rows, f"{dataset.name} {'test row' if choice == 'test' else 'row'}"
