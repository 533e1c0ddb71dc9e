from __future__ import annotations

import pytest

from studium.data import open_dataset
from studium.errors import UnknownNameError
from studium.models import MLPSpec, preset
from studium.studies import OPTIMIZERS, STRUCTURES, optimizers, structure, structures, usual_structures
from studium.studies.space import check_dimensions
from studium.training.defaults import default_config

CURVE = open_dataset("curve")


def test_the_six_structures_of_the_source_by_default() -> None:
    found = structures(CURVE)
    assert tuple(each.name for each in found) == STRUCTURES == usual_structures(CURVE)
    assert [len(each.point[0].hidden) for each in found] == [2, 2, 3, 3, 4, 4]
    for each in found:
        tuned = [dimension.name for dimension in each.dimensions]
        assert tuned == ["lr", "weight_decay", *(["dropout"] if each.name.endswith("_d") else [])]
        check_dimensions(each.point, each.dimensions)


def test_images_have_other_structures() -> None:
    assert usual_structures(open_dataset("digits")) == ("fc", "cnn")


def test_learning_rates_are_tuned_around_the_structures_own() -> None:
    spec = preset("net", CURVE.input_shape, CURVE.n_outputs)
    config = default_config(spec, CURVE).model_copy(update={"learning_rate": 0.06})
    rates = structure("mine", (spec, config)).dimensions[0]
    assert (rates.low, rates.high, rates.log) == (0.006, 0.2, True)


def test_optimizers_have_ranges_of_their_own() -> None:
    spec = preset("net", CURVE.input_shape, CURVE.n_outputs)
    found = optimizers((spec, default_config(spec, CURVE)))
    assert tuple(each.name for each in found) == OPTIMIZERS
    assert [each.point[1].optimizer for each in found] == list(OPTIMIZERS)
    assert [[dimension.name for dimension in each.dimensions] for each in found] == [
        ["lr"],
        ["lr", "momentum"],
        ["lr"],
        ["lr"],
    ]
    for each in found:
        check_dimensions(each.point, each.dimensions)
        assert each.dimensions[0].low < each.point[1].learning_rate < each.dimensions[0].high


def test_everything_but_the_optimizer_stays() -> None:
    spec = MLPSpec(input_shape=(1,), n_outputs=1, hidden=(8,))
    config = default_config(spec, CURVE)
    [adam] = optimizers((spec, config), ["adam"])
    changed = {"optimizer": "adam", "learning_rate": adam.point[1].learning_rate}
    assert adam.point == (spec, config.model_copy(update=changed))


def test_unknown_names() -> None:
    spec = preset("net", CURVE.input_shape, CURVE.n_outputs)
    with pytest.raises(UnknownNameError, match="did you mean 'adam'"):
        optimizers((spec, default_config(spec, CURVE)), ["adm"])
    with pytest.raises(UnknownNameError, match="there is no model 'nett'; did you mean 'net'"):
        structures(CURVE, ["nett"])
