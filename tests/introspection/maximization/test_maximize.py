"""What maximization promises of images: known optima, nothing outside the receptive field, no neighbours."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch

from studium.data import dataset_from_arrays
from studium.errors import DataError, SettingError, UnknownNameError
from studium.introspection.maximization import Maximization, MaximizationSettings, default_settings, maximize
from studium.introspection.maximization_results import MaximizedUnit
from studium.training.evaluation import network_outputs
from studium.training.model import Model
from tests.introspection.maximization.known import PLAIN, perceptron, two_convolutions
from tests.training.trained import blobs, curve, digits, digits_model, trained

SETTINGS = default_settings(digits_model().schema)


def pixels(unit: MaximizedUnit) -> np.ndarray:
    return unit.best.input.image().astype(float)


@cache
def every_digit() -> Maximization:
    return maximize(digits_model(), data=digits())


def cosine(first: np.ndarray, second: np.ndarray) -> float:
    return float((first * second).sum() / np.linalg.norm(first) / np.linalg.norm(second))


def test_under_a_fixed_norm_a_first_layer_unit_wants_its_weights() -> None:
    model = perceptron()
    found = maximize(model, "linear1", data=digits(), settings=MaximizationSettings(norm=2.0, **PLAIN))
    mean = float(model.normalisation.input_mean) * 255
    for unit, weights in zip(found.units, model.weights["linear1.weight"].numpy(), strict=True):
        assert cosine((pixels(unit) - mean).ravel(), weights) >= 0.99
        normalised = (pixels(unit) - mean) / 255 / float(model.normalisation.input_std)
        assert np.linalg.norm(normalised) == pytest.approx(2.0, rel=0.02)


def test_without_regularisers_a_first_layer_unit_wants_black_and_white_by_the_sign_of_its_weights() -> None:
    model = perceptron()
    found = maximize(model, "linear1", data=digits(), settings=MaximizationSettings(**PLAIN))
    for unit, weights in zip(found.units, model.weights["linear1.weight"].numpy(), strict=True):
        clear = np.abs(weights) > 0.01
        assert ((pixels(unit).ravel() > 127) == (weights > 0))[clear].all()


@pytest.mark.parametrize(("layer", "reach"), [("conv1", (2, 5)), ("conv2", (3, 9))])
def test_pixels_outside_the_receptive_field_do_not_move(layer: str, reach: tuple[int, int]) -> None:
    # conv1 at 3: rows 2 to 4. conv2 at 2: pooled rows 1 to 3, conv1's rows 2 to 7, the image's rows 1 to 8.
    model, place = two_convolutions(), {"conv1": 3, "conv2": 3}[layer]
    low, high = {"conv1": (2, 5), "conv2": (3, 9)}[layer]
    assert (low, high) == reach
    short, long = (
        maximize(model, layer, [f"1@{place},{place}"], settings=MaximizationSettings(steps=steps, **PLAIN))
        for steps in (1, 60)
    )
    moved = pixels(short.units[0]) != pixels(long.units[0])
    inside = np.zeros_like(moved)
    inside[:, low:high, low:high] = True
    assert not moved[~inside].any()
    assert moved[inside].mean() > 0.9


def test_the_optimised_image_exceeds_every_real_test_image() -> None:
    model, data = digits_model(), digits()
    rows = model.rows_to_score(data)[0]
    logits = network_outputs(model.module(), data.inputs[torch.from_numpy(rows)], model.normalisation)
    for unit in maximize(model, data=data, settings=MaximizationSettings(fourier=True)).units:
        assert unit.best.activation > float(logits[:, unit.unit].max())
        assert unit.real is not None
        assert unit.real.exceeded == 1


def test_the_real_images_are_the_strongest_and_the_activations_are_those_of_the_shown_pixels() -> None:
    model, data = digits_model(), digits()
    rows = model.rows_to_score(data)[0]
    logits = network_outputs(model.module(), data.inputs[torch.from_numpy(rows)], model.normalisation)
    for unit in every_digit().units:
        assert unit.real is not None
        assert unit.real.n == len(rows)
        order = logits[:, unit.unit].argsort(descending=True)[:4]
        assert [each.row for each in unit.real.strongest] == rows[order.numpy()].tolist()
        assert [each.activation for each in unit.real.strongest] == pytest.approx(
            logits[order, unit.unit].tolist(), abs=1e-4
        )
        for each in unit.real.strongest:
            assert each.label == data.class_names[int(data.targets[each.row])]
            np.testing.assert_array_equal(each.input.image(), data.inputs[each.row].numpy())
        shown = torch.from_numpy(unit.best.input.image())[None]
        again = network_outputs(model.module(), shown, model.normalisation)[0, unit.unit]
        assert unit.best.activation == pytest.approx(float(again), abs=1e-4)


def test_the_same_seed_gives_the_same_image_and_another_seed_another() -> None:
    first, again = (
        maximize(digits_model(), units=["3"], data=digits(), settings=SETTINGS, seed=5) for _ in range(2)
    )
    other = maximize(digits_model(), units=["3"], data=digits(), settings=SETTINGS, seed=6)
    assert first == again
    assert not np.array_equal(pixels(first.units[0]), pixels(other.units[0]))


def test_a_unit_alone_gets_the_image_that_it_gets_among_others() -> None:
    for unit in (0, 7):
        alone = maximize(digits_model(), units=[unit], data=digits()).units[0]
        among = every_digit().units[unit]
        assert alone.best.activation == pytest.approx(among.best.activation, abs=1e-6)
        assert np.abs(pixels(alone) - pixels(among)).max() <= 1  # a grey value may be rounded the other way


def test_units_of_a_large_layer_are_optimised_in_parts_without_a_difference(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = MaximizationSettings(steps=20, seeds=2)
    whole = maximize(digits_model(), "conv2", settings=settings, data=digits())
    monkeypatch.setattr("studium.introspection.maximization.optimisation._TOGETHER", 5)
    parts = maximize(digits_model(), "conv2", settings=settings, data=digits())
    assert [unit.unit for unit in parts.units] == list(range(32))
    for one, other in zip(whole.units, parts.units, strict=True):
        assert np.abs(pixels(one) - pixels(other)).max() <= 1


def test_starts_are_sorted_and_diversity_keeps_them_apart() -> None:
    def found(diversity: float) -> MaximizedUnit:
        settings = SETTINGS.model_copy(update={"seeds": 4, "diversity": diversity, "steps": 128})
        return maximize(digits_model(), "conv3", [5], data=digits(), settings=settings).units[0]

    def alike(unit: MaximizedUnit) -> float:
        images = [
            each.input.image().astype(float).ravel() - each.input.image().mean() for each in unit.inputs
        ]
        return float(
            np.mean([cosine(one, other) for place, one in enumerate(images) for other in images[:place]])
        )

    alone, apart = found(0.0), found(3.0)
    assert [each.activation for each in alone.inputs] == sorted(
        (each.activation for each in alone.inputs), reverse=True
    )
    assert sorted(each.start for each in alone.inputs) == [0, 1, 2, 3]
    assert alike(apart) < alike(alone) - 0.05


def test_a_probability_near_1_proves_nothing() -> None:
    """What makes the probability all but 1 has far less of the logit than what is made for the logit."""
    model = digits_model()
    likely, strong = (
        maximize(model, units=[0], data=digits(), settings=MaximizationSettings(objective=objective)).units[0]
        for objective in ("softmax", "logit")
    )
    assert likely.best.activation > np.log(0.99)
    image = torch.from_numpy(likely.best.input.image())[None]
    logit = float(network_outputs(model.module(), image, model.normalisation)[0, 0])
    assert logit < 0.6 * strong.best.activation


def test_regularised_images_are_smoother() -> None:
    def roughness(found: Maximization) -> float:
        return float(np.mean([np.abs(np.diff(pixels(unit), axis=-1)).mean() for unit in found.units]))

    bare = maximize(digits_model(), data=digits(), settings=MaximizationSettings())
    assert roughness(every_digit()) < 0.8 * roughness(bare)


def test_regularised_images_mean_more_to_a_network_from_another_seed() -> None:
    """Transfer: a short form of the experiment in docs/maximization.md, with n = 10 classes x 2 starts."""
    bare = maximize(digits_model(), data=digits(), settings=MaximizationSettings(seeds=2))
    kept = maximize(digits_model(), data=digits(), settings=SETTINGS.model_copy(update={"seeds": 2}))
    other = trained(digits(), "fc", epochs=10)

    def transfer(found: Maximization) -> np.ndarray:
        """Logit of the other network over that of the first, both in standard deviations above their means."""
        images = torch.from_numpy(
            np.stack([each.input.image() for unit in found.units for each in unit.inputs])
        )
        shares = []
        for model in (other, digits_model()):
            outputs = network_outputs(model.module(), images, model.normalisation)
            real = network_outputs(model.module(), digits().inputs, model.normalisation)
            shares.append(
                ((outputs - real.mean(dim=0)) / real.std(dim=0))[torch.arange(20), torch.arange(20) // 2]
            )
        return np.asarray((shares[0] / shares[1]).reshape(10, 2).mean(dim=1))

    gain = transfer(kept) - transfer(bare)
    assert gain.mean() > 2.262 * gain.std(ddof=1) / np.sqrt(
        10
    )  # the 95% t interval of the difference is above 0


def test_a_channel_is_the_mean_of_its_map_and_a_position_one_value() -> None:
    model = two_convolutions()
    settings = MaximizationSettings(steps=1)
    mean, one = maximize(model, "conv1", ["2", "2@7,0"], settings=settings).units
    assert (mean.name, one.name) == ("2", "2 at 7,0")
    for unit, read in ((mean, torch.mean), (one, lambda maps: maps[7, 0])):
        image = torch.from_numpy(unit.best.input.image())[None]
        convolution = model.module().get_submodule("conv1")
        maps = convolution(model.normalisation.inputs(image))[0, 2].detach()
        assert unit.best.activation == pytest.approx(float(read(maps)), abs=1e-5)


def test_without_data_a_falling_spectrum_is_taken_and_said() -> None:
    model = replace(digits_model(), data=digits_model().data.model_copy(update={"name": "gone"}))
    found = maximize(model, units=[0], settings=SETTINGS.model_copy(update={"steps": 20}))
    assert found.data is None
    assert found.units[0].real is None
    assert "1/f" in found.reference
    assert found.units[0].best.activation > found.units[0].best.start_activation


@pytest.mark.parametrize(
    ("layer", "unit", "error", "words"),
    [
        ("conv4", 0, UnknownNameError, "did you mean 'conv"),
        ("output", "ten", UnknownNameError, "'ten'"),
        ("output", 10, SettingError, "units are 0 to 9"),
        ("conv1", "0@8,0", SettingError, "rows are 0 to 7"),
        ("conv1", "16@0,0", SettingError, "units are 0 to 15"),
        ("output", "3@0,0", SettingError, "has no feature maps"),
        ("conv1", "0@0", SettingError, "'0@0'"),
    ],
)
def test_what_is_not_there_is_named(layer: str, unit: str | int, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        maximize(digits_model(), layer, [unit], data=digits())


def test_objectives_of_classes_need_classes() -> None:
    for model, layer in ((digits_model(), "conv1"), (trained(curve(), "net"), "output")):
        for objective in ("softmax", "logit"):
            settings = default_settings(model.schema).model_copy(update={"objective": objective})
            with pytest.raises(SettingError, match="choose 'pre-activation'"):
                maximize(model, layer, settings=settings)


def test_foreign_data_and_settings_of_images_are_refused() -> None:
    with pytest.raises(DataError, match="was trained on"):
        maximize(digits_model(), data=blobs())
    with pytest.raises(SettingError, match="rows of a table"):
        maximize(trained(blobs(), "net"), settings=MaximizationSettings(jitter=1))


def test_no_unit_is_no_question() -> None:
    with pytest.raises(SettingError, match="at least one"):
        maximize(digits_model(), units=[])


@cache
def colours() -> Model:
    """Red or blue pictures that are wider than high."""
    stream = np.random.default_rng(0)
    images = stream.integers(0, 60, (80, 9, 14, 3), dtype=np.uint8)
    images[:40, ..., 0] += 150
    images[40:, ..., 2] += 150
    return trained(dataset_from_arrays(images, np.repeat(["red", "blue"], 40), name="colours"), "cnn")


def test_colour_pictures_of_any_shape() -> None:
    found = maximize(colours())
    images = {unit.name: unit.best.input.image() for unit in found.units}
    assert images["red"].shape == (3, 9, 14)
    assert images["red"][0].mean() > images["red"][2].mean() + 20
    assert images["blue"][2].mean() > images["blue"][0].mean() + 20
