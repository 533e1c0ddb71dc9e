"""What a model says, and by which rows it is judged."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from studium.data import Dataset, dataset_from_arrays, open_dataset, split
from studium.errors import DataError, ModelFileError, SettingError
from studium.models import preset
from studium.training import TrainConfig, evaluate_module
from studium.training.losses import module_loss
from studium.training.model import Model
from studium.training.model_training import train_model
from tests.training.trained import blobs, blobs_model, curve, curve_model, digits, digits_model


def test_values_are_in_the_units_of_the_target() -> None:
    model = curve_model()
    x = curve().inputs[:7]
    outputs = model.module()(((x - model.normalisation.input_mean) / model.normalisation.input_std).float())
    by_hand = outputs.double() * model.normalisation.target_std + model.normalisation.target_mean
    torch.testing.assert_close(model.predict(x), by_hand.detach())


def test_probabilities_are_the_softmax_of_the_logits() -> None:
    probabilities = digits_model().predict(digits().inputs[:50])
    assert probabilities.shape == (50, 10)
    torch.testing.assert_close(probabilities.sum(1), torch.ones(50, dtype=torch.float64))
    rows = np.arange(50)
    accuracy = (probabilities.argmax(1) == digits().targets[:50]).double().mean()
    assert digits_model().evaluate(digits(), rows).metric == pytest.approx(float(accuracy))


def test_scores_are_those_of_evaluate_module_over_many_parts() -> None:
    dataset = curve()
    rows = np.random.default_rng(0).integers(0, len(dataset), 5003)
    model = curve_model()
    criterion = module_loss(model.config, model.task)
    plain = evaluate_module(model.module(), dataset, rows, model.normalisation, criterion)
    scores = model.evaluate(dataset, rows)
    assert (scores.loss, scores.metric) == pytest.approx((plain.loss, plain.metric), rel=1e-5)
    assert (scores.n, scores.metric_name) == (5003, "mse")
    torch.set_num_threads(max(torch.get_num_threads() - 1, 1))
    assert model.evaluate(dataset, rows) == scores


def test_official_test_rows_are_scored() -> None:
    rows, choice = curve_model().rows_to_score(curve())
    assert choice == "test"
    assert rows.tolist() == list(range(100, 200))


def test_without_official_test_rows_those_kept_in_training_are_scored() -> None:
    model = blobs_model()
    rows, choice = model.rows_to_score(blobs())
    assert choice == "test"
    assert rows.tolist() == split(blobs()).test.tolist()
    assert model.evaluate(blobs()) == model.scores["test"]


def test_other_data_without_test_rows_is_scored_whole() -> None:
    other = dataclasses.replace(blobs(), inputs=blobs().inputs + 1)
    rows, choice = blobs_model().rows_to_score(other)
    assert choice == "all"
    assert rows.tolist() == list(range(120))


def test_kept_rows_beyond_the_data_are_a_forgery() -> None:
    model = dataclasses.replace(blobs_model(), test_rows=np.array([3, 120]))
    with pytest.raises(ModelFileError, match="row 120 of blobs"):
        model.evaluate(blobs())


def _curve_as_classes() -> Dataset:
    return dataclasses.replace(
        curve(), task="classification", class_names=("a",), targets=curve().targets[:, 0].long()
    )


def _renamed() -> Dataset:
    return dataclasses.replace(blobs(), class_names=("high", "higher"))


@pytest.mark.parametrize(
    ("model", "dataset", "words"),
    [
        (curve_model, digits, "digits has images 1x8x8 .* trained on the inputs input"),
        (curve_model, _curve_as_classes, "a classification target, .* a regression"),
        (blobs_model, _renamed, "the classes high, higher, .* high, low"),
    ],
)
def test_data_of_another_kind_is_refused(model: object, dataset: object, words: str) -> None:
    assert callable(model)
    assert callable(dataset)
    with pytest.raises(DataError, match=words):
        model().evaluate(dataset())


def test_another_number_of_targets_is_refused() -> None:
    two = dataclasses.replace(curve(), targets=curve().targets.expand(-1, 2), target_names=("a", "b"))
    with pytest.raises(DataError, match="2 target columns"):
        curve_model().evaluate(two)


def test_inputs_of_another_shape_are_refused() -> None:
    with pytest.raises(DataError, match=r"\(2,\), but the model takes \(1,\)"):
        curve_model().predict(torch.zeros(3, 2, dtype=torch.float64))


def test_a_model_reads_data_as_the_training_data_was_read() -> None:
    assert open_dataset("curve", like=curve_model()).checksum == curve_model().data.checksum


def test_a_diverged_training_gives_no_model() -> None:
    data = curve()
    config = TrainConfig(optimizer="sgd", learning_rate=1e6, epochs=50)
    diverged = train_model(data, preset("net", data.input_shape, data.n_outputs), config)
    assert diverged.model is None
    assert diverged.fit.status == "diverged"
    with pytest.raises(SettingError, match="diverged"):
        Model.from_fit(diverged.fit, data)


def test_double_precision_stays_double() -> None:
    x = np.linspace(0, 1, 60)
    data = dataset_from_arrays(x, 2 * x, name="line")
    config = TrainConfig(epochs=2, precision="float64")
    model = train_model(data, preset("net", (1,), 1), config, validation=0.0).model
    assert model is not None
    assert {weight.dtype for weight in model.module().parameters()} == {torch.float64}
    assert sorted(model.scores) == ["test", "train"]
