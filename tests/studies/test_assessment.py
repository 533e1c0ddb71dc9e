from __future__ import annotations

import numpy as np
import pytest
import torch

from studium.data import Dataset, dataset_from_arrays, open_dataset
from studium.models import build, preset
from studium.studies import Assessment, assess
from studium.training import TrainConfig, Trainer
from studium.validation import k_fold


def classes() -> Dataset:
    stream = np.random.default_rng(0)
    inputs = stream.normal(size=(120, 2))
    return dataset_from_arrays(inputs, (inputs[:, 0] > 0).astype(str), name="halves")


@pytest.mark.parametrize("dataset", [open_dataset("curve"), classes()], ids=["regression", "classification"])
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_early_stopping_neither_sees_the_rows_that_it_is_scored_on_nor_trains_on_those_it_watches(
    dataset: Dataset, precision: str
) -> None:
    spec = preset("net", dataset.input_shape, dataset.n_outputs)
    config = TrainConfig.model_validate(
        {"epochs": 30, "patience": 2, "learning_rate": 0.01, "precision": precision}
    )
    replicates = k_fold(dataset, n_folds=3, n_seeds=2)
    found = assess([(spec, config)], replicates, dataset, Trainer(dataset))[0]
    for fit, item in zip(found.result.fits, replicates.items, strict=True):
        train, watched, scored = map(set, (fit.member.train, fit.member.validation, item.validation))
        assert not train & watched
        assert not scored & (train | watched)
        assert train | watched == set(item.train)
        assert len(watched) in (len(item.train) // 5, len(item.train) // 5 + 1)
    assert found.scores.shape == (2, 3)
    assert found.scores[0, 1] == pytest.approx(by_hand(found, dataset, 1), rel=1e-5)


def by_hand(found: Assessment, dataset: Dataset, place: int) -> float:
    fit, rows = found.result.fits[place], torch.from_numpy(found.replicates.items[place].validation)
    network = build(fit.member.spec).double()
    network.load_state_dict(fit.weights)
    normalised = (dataset.inputs[rows] - fit.normalisation.input_mean) / fit.normalisation.input_std
    with torch.no_grad():
        outputs = network(normalised)
    if dataset.task == "classification":
        return float((outputs.argmax(1) == dataset.targets[rows]).double().mean())
    predicted = outputs * fit.normalisation.target_std + fit.normalisation.target_mean
    return float((predicted - dataset.targets[rows]).square().mean())


def test_points_without_early_stopping_keep_all_their_rows() -> None:
    dataset = open_dataset("curve")
    spec = preset("net", dataset.input_shape, dataset.n_outputs)
    points = [(spec, TrainConfig(epochs=3)), (spec, TrainConfig(epochs=3, patience=1))]
    replicates = k_fold(dataset, n_folds=2)
    plain, stopping = assess(points, replicates, dataset, Trainer(dataset))
    assert [len(fit.member.train) for fit in plain.result.fits] == [50, 50]
    assert [len(fit.member.train) for fit in stopping.result.fits] == [40, 40]
    assert (plain.scores == plain.result.metrics).all()
