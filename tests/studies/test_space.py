from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studium.errors import InputError, SettingError, UnknownNameError
from studium.models import MLPSpec
from studium.studies import Dimension, parameter, parameter_names, parse_dimension, point_at
from studium.studies.results import Value
from studium.studies.space import check_dimensions
from studium.training import TrainConfig
from studium.validation import Point

NET = MLPSpec(input_shape=(1,), n_outputs=1, hidden=(8, 8))
DROPPING = MLPSpec(input_shape=(1,), n_outputs=1, hidden=(8, 8), dropout=(0.2, 0.2))


def point(spec: MLPSpec = NET, **settings: object) -> Point:
    return spec, TrainConfig.model_validate(settings)


@pytest.mark.parametrize(
    ("text", "low", "high", "log"),
    [
        ("lr=1e-5:1:log", 1e-5, 1, True),
        ("lr=0.1:0.2", 0.1, 0.2, False),
        ("lr=0.1:0.2:linear", 0.1, 0.2, False),
        ("lr", 1e-5, 1, True),
        ("learning-rate=0.1:0.2", 0.1, 0.2, False),
        ("momentum=0:0.99", 0, 0.99, False),
        (" weight-decay =1e-4 : 1e-2 :log", 1e-4, 1e-2, True),
        ("patience=5:500:log", 5, 500, True),
    ],
)
def test_ranges(text: str, low: float, high: float, log: bool) -> None:
    found = parse_dimension(text)
    assert (found.low, found.high, found.log, found.values) == (low, high, log, ())


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("lr=0.1", (0.1,)),
        ("batch-size=16, 32,none", (16, 32, "none")),
        ("patience=10,1e2", (10, 100)),
        ("optimizer=adam,sgd", ("adam", "sgd")),
        ("optimizer", ("sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw")),
    ],
)
def test_lists(text: str, values: tuple[object, ...]) -> None:
    assert parse_dimension(text).values == values


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("momentun=1:2", "there is no parameter 'momentun'; did you mean 'momentum'?"),
        ("", "there is no parameter ''"),
        ("lr=", "lr is '', but a list needs a value between commas: give values such as A,B,C"),
        ("lr=1e-3,,1e-2", "a list needs a value between commas"),
        ("lr=1:1", "the range of lr is 1 to 1, but it must rise: exchange or widen its ends"),
        ("lr=1:0.1", "the range of lr is 1 to 0.1, but it must rise"),
        ("lr=0:1:log", "the range of lr starts at 0, but log needs a start above 0: raise it or drop log"),
        ("lr=1e-3:1:lg", "a range is LOW:HIGH, LOW:HIGH:log or LOW:HIGH:linear"),
        ("lr=1:2:3:4", "a range is LOW:HIGH"),
        ("lr=a:1", "lr is 'a', but it must be a finite number: correct it"),
        ("lr=nan", "lr is 'nan', but it must be a finite number"),
        ("lr=0:inf", "lr is 'inf', but it must be a finite number"),
        ("batch-size=16,16.5", "batch_size is '16.5', but it must be a whole number: round it"),
        ("patience=16,16.0", "each value may stand there once: remove the repetition"),
        ("optimizer=adam,sdg", "there is no optimizer 'sdg'; did you mean 'sgd'?"),
        ("optimizer=1:2", "optimizer is '1:2', but it is chosen by name: give a list such as sgd"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_dimension(text)
    assert sentence in str(caught.value)


NUMBERS = st.floats(min_value=1e-9, max_value=1e9, allow_nan=False)


@given(st.lists(NUMBERS, min_size=2, max_size=2, unique=True).map(sorted), st.booleans())
def test_a_range_reads_back_as_it_was_written(ends: list[float], log: bool) -> None:
    dimension = Dimension(parameter("lr"), ends[0], ends[1], log)
    assert parse_dimension(dimension.text()) == dimension


@given(st.lists(st.one_of(st.integers(1, 10**6), st.just("none")), min_size=1, max_size=6, unique=True))
def test_a_list_reads_back_as_it_was_written(values: list[int | str]) -> None:
    dimension = Dimension(parameter("batch_size"), values=tuple(values))
    assert parse_dimension(dimension.text()) == dimension


@pytest.mark.parametrize("name", parameter_names())
def test_the_usual_values_of_every_parameter_read_back(name: str) -> None:
    assert parse_dimension(parse_dimension(name).text()) == parse_dimension(name)


def test_grids_hold_both_ends_and_print_what_was_tried() -> None:
    assert parse_dimension("lr=1e-4:1:log").grid(3) == (1e-4, 1e-2, 1)
    assert parse_dimension("momentum=0:0.99").grid(3) == (0, 0.495, 0.99)
    assert parse_dimension("lr=0.0012345:1:log").grid(2) == (0.0012345, 1)
    assert parse_dimension("batch-size=1:4").grid(17) == (1, 2, 3, 4)
    assert parse_dimension("lr=3,1,2").grid(17) == (3, 1, 2)


def test_a_list_over_two_decades_is_logarithmic() -> None:
    assert parse_dimension("lr=1e-4,1e-2").is_log
    assert not parse_dimension("lr=1e-4,9e-3").is_log
    assert not parse_dimension("momentum=0,0.9").is_log
    assert parse_dimension("batch-size=1,1000,none").is_log
    assert not parse_dimension("patience=10,none").is_log


def test_ends_of_a_range_are_near_ends() -> None:
    dimension = parse_dimension("lr=1e-5:1:log")
    assert [dimension.is_near_end(value) for value in (1.7e-5, 1.9e-5, 0.5, 0.6)] == [
        True,
        False,
        False,
        True,
    ]


SETTINGS: dict[str, tuple[Value, str, Value | None]] = {
    "lr": (0.5, "learning_rate", 0.5),
    "weight_decay": (0.5, "weight_decay", 0.5),
    "l1": (0.5, "l1", 0.5),
    "patience": ("none", "patience", None),
    "epochs": (7, "epochs", 7),
    "batch_size": (7, "batch_size", 7),
    "optimizer": ("sgd", "optimizer", "sgd"),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_of_the_training_is_set_and_nothing_else(name: str) -> None:
    value, field, expected = SETTINGS[name]
    before = point(learning_rate=0.02)
    after = point_at(before, [parse_dimension(name)], {name: value})
    assert after[0] == before[0]
    assert after[1] == before[1].model_copy(update={field: expected})


def test_settings_of_the_network_are_set_in_every_layer() -> None:
    before = point(DROPPING)
    dimensions = [parse_dimension(name) for name in ("dropout", "width", "activation", "initialisation")]
    values: dict[str, Value] = {
        "dropout": 0.5,
        "width": 4,
        "activation": "tanh",
        "initialisation": "orthogonal",
    }
    spec, config = point_at(before, dimensions, values)
    assert (spec.dropout, spec.hidden) == ((0.5, 0.5), (4, 4))
    assert (spec.activation, spec.initialisation) == ("tanh", "orthogonal")
    assert config == before[1]


def test_the_optimizer_is_set_before_what_depends_on_it() -> None:
    dimensions = [parse_dimension("momentum"), parse_dimension("optimizer=momentum,nesterov")]
    values: dict[str, Value] = {"momentum": 0.5, "optimizer": "nesterov"}
    for order in itertools.permutations(dimensions):
        config = point_at(point(optimizer="adam"), order, values)[1]
        assert (config.optimizer, config.momentum) == ("nesterov", 0.5)


@pytest.mark.parametrize(
    ("text", "start", "sentence"),
    [
        (
            "momentum",
            point(optimizer="adam"),
            "the optimizer adam has no momentum; choose momentum, nesterov or",
        ),
        ("dropout", point(), "the model has no dropout layers; choose one that has, such as net_d"),
        ("width", point(MLPSpec(input_shape=(1,), n_outputs=1, hidden=())), "the model has no hidden layers"),
        (
            "lr=0:1",
            point(),
            "lr is 0.0, but it must be greater than 0: choose a value inside that range",
        ),
        ("momentum=0.5:1", point(optimizer="momentum"), "momentum is 1.0, but it must be less than 1"),
        ("dropout=0.1,1", point(DROPPING), "dropout is 1.0, but it must be less than 1"),
        ("batch-size=0,4", point(), "batch_size is 0, but it must be greater than or equal to 1"),
        ("epochs=10:50", point(epochs=5, schedule_epochs=20), "the schedule ends after 20 of 50 epochs"),
    ],
)
def test_what_the_model_or_the_optimizer_does_not_allow(text: str, start: Point, sentence: str) -> None:
    with pytest.raises(SettingError) as caught:
        check_dimensions(start, [parse_dimension(text)])
    assert sentence in str(caught.value)


def test_names_are_forgiving_only_about_hyphens() -> None:
    assert parameter("batch-size") is parameter("batch_size")
    with pytest.raises(UnknownNameError):
        parameter("Batch_Size")


def test_values_of_a_narrow_range_stay_different() -> None:
    values = parse_dimension("lr=0.1:0.1005").grid(17)
    assert len(set(values)) == 17
    assert (values[0], values[-1]) == (0.1, 0.1005)
