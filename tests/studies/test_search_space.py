"""Search spaces: what exists where, what can be built, and what is refused before anything is trained."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studium.data import open_dataset
from studium.errors import InputError, SettingError
from studium.models import CNNSpec, ConvolutionSpec, MLPSpec, invalid_reason, layers, n_parameters, preset
from studium.runs import Plan
from studium.runs.plan_file import load_plan
from studium.runs.search_steps import SearchStep
from studium.studies.search_space import SearchSpace, Values
from studium.studies.space import Dimension
from studium.studies.space_file import SPACES, ParameterTable, load_space, search_space
from studium.training import TrainConfig
from studium.validation import Point

NET: Point = (
    MLPSpec(input_shape=(3,), n_outputs=1, hidden=(8, 8), dropout=(0.1, 0.1)),
    TrainConfig(optimizer="momentum"),
)


def when(values: str, **conditions: Any) -> ParameterTable:
    return ParameterTable.model_validate({"values": values, "when": conditions})


def source_space(pool: int = 1) -> SearchSpace:
    """The space `cnn` on pictures of 28x28 pixels, whatever data there are."""
    table = load_space("cnn")
    stages = tuple(ConvolutionSpec(**{**each, "pool": pool}) for each in table.network["convolutions"])
    spec = CNNSpec(input_shape=(1, 28, 28), n_outputs=10, convolutions=stages, hidden=(256, 128))
    return search_space("cnn", (spec, TrainConfig(epochs=12)), table.parameters)


def random_point(space: SearchSpace, seed: int) -> Values:
    stream = np.random.default_rng(seed)

    def pick(dimension: Dimension) -> Any:
        if dimension.values:
            return dimension.values[int(stream.integers(len(dimension.values)))]
        if dimension.parameter.kind == "int":
            return int(stream.integers(round(dimension.low), round(dimension.high) + 1))
        return float(stream.uniform(dimension.low, dimension.high))

    return space.draw(pick)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), data=st.data())
def test_a_point_has_exactly_the_parameters_whose_conditions_hold(seed: int, data: st.DataObject) -> None:
    depths = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=3, unique=True))
    names = data.draw(
        st.lists(st.sampled_from(["momentum", "adam", "sgd"]), min_size=1, max_size=2, unique=True)
    )
    written: Any = {
        "layers": "1:4",
        "optimizer": "momentum,adam,sgd",
        "units1": when("4:16", layers=depths),
        "batch_size": when("8,none", optimizer=names, layers=depths[0]),
        "l1": when("0:0.1", batch_size="none"),
        "lr": "0.01:0.1",
    }
    space = search_space("mine", NET, written)
    assert space.conditional == ("units1", "batch_size", "l1")
    values = random_point(space, seed)
    expected = {"layers", "optimizer", "lr"}
    expected |= {"units1"} if values["layers"] in depths else set()
    if values["layers"] == depths[0] and values["optimizer"] in names:
        expected |= {"batch_size"} | ({"l1"} if values["batch_size"] == "none" else set())
    assert values.keys() == expected
    spec, config = space.at(values)
    assert len(spec.hidden) == values["layers"]
    assert (config.optimizer, config.learning_rate) == (values["optimizer"], values["lr"])
    assert config.l1 == values.get("l1", 0.0)
    assert spec.hidden[0] == values.get("units1", 8)


def test_the_space_of_the_source_has_its_ranges() -> None:
    space = source_space()
    found = {each.name: (each.low, each.high) for each in space.dimensions}
    expected: dict[str, tuple[float, float]] = {
        "convolutions": (2, 4),
        "units1": (16, 256),
        "units2": (4, 128),
    }
    expected |= {"lr": (1e-5, 1e-1), "weight_decay": (1e-7, 1e-1)}
    for layer in (1, 2, 3, 4):
        expected |= {f"channels{layer}": (4, 4 * 2**layer), f"kernel{layer}": (2, 6)}
        expected |= {f"stride{layer}": (1, 4), f"padding{layer}": (0, 1)}
    assert found == expected
    assert not any(each.values for each in space.dimensions)
    assert {each.name for each in space.dimensions if each.log} == {"lr", "weight_decay"}
    for seed in range(30):
        values = random_point(space, seed)
        n = values["convolutions"]
        assert {name for name in values if name.startswith("kernel")} == {
            f"kernel{layer}" for layer in range(1, int(n) + 1)
        }


STAGES = np.array(list(itertools.product(range(2, 7), range(1, 5), range(2))))  # kernel, stride, padding


def sides_after(sides: np.ndarray, pool: int) -> np.ndarray:
    """Sides of the output of every convolution for each of these sides; 0: it cannot be."""
    kernel, stride, padding = STAGES.T
    padded = sides[:, None] + 2 * padding
    possible = (sides[:, None] > 0) & (padded >= kernel)
    return (np.where(possible, (padded - kernel) // stride + 1, 0) // pool).ravel()


@pytest.mark.parametrize(("pool", "share"), [(1, 0.28), (2, 0.79)])
def test_the_impossible_share_of_the_source_by_enumeration(
    monkeypatch: pytest.MonkeyPatch, pool: int, share: float
) -> None:
    sides, impossible = np.array([28]), []
    for _ in range(4):
        sides = sides_after(sides, pool)
        impossible.append(float((sides == 0).mean()))
    found = np.mean(impossible[1:])  # two, three and four convolutions alike
    assert len(sides) == 40**4
    assert found == pytest.approx(share, abs=0.005)
    # Ours, by points drawn at random: within three standard errors.
    monkeypatch.setattr("studium.studies.search_space._DRAWN", 400)
    error = float(np.sqrt(found * (1 - found) / 400))
    assert 1 - source_space(pool).share_valid() == pytest.approx(float(found), abs=3 * error)


@pytest.mark.parametrize("pool", [1, 2])
def test_validity_agrees_with_the_arithmetic_for_all_pairs_and_some_longer_chains(pool: int) -> None:
    stream = np.random.default_rng(pool)
    chains = [list(chain) for chain in itertools.product(range(40), repeat=2)]
    chains += [stream.integers(40, size=length).tolist() for length in (3, 4) for _ in range(200)]
    outcomes = set()
    for chain in chains:
        side = 28
        for number in chain:
            side = int(sides_after(np.array([side]), pool)[number])
        stages = tuple(
            ConvolutionSpec(
                channels=4, kernel=int(kernel), stride=int(stride), padding=int(padding), pool=pool
            )
            for kernel, stride, padding in STAGES[chain]
        )
        spec = CNNSpec(input_shape=(1, 28, 28), n_outputs=10, convolutions=stages, hidden=(16, 4))
        assert (invalid_reason(spec) is None) == (side > 0), stages
        outcomes.add(side > 0)
    assert outcomes == {True, False}


def test_networks_above_the_most_parameters_are_invalid() -> None:
    # 3 inputs, two hidden layers of w and 8, one output: 3w + w + 8w + 8 + 9.
    space = search_space("mine", NET, {"units1": "4:16"}, most_parameters=12 * 10 + 17)
    for width in range(4, 17):
        point = space.at({"units1": width})
        assert n_parameters(point[0]) == 12 * width + 17
        reason = space.invalid_reason(point)
        assert (reason is None) == (width <= 10)
    assert reason == "the network has 209 parameters, but 137 are the most that the space allows"
    assert space.check() == pytest.approx(7 / 13, abs=0.04)


def test_points_are_counted_as_far_as_they_can_be() -> None:
    point = preset("net", (1,), 1), TrainConfig()
    counted = search_space(
        "mine", point, {"layers": "1:2", "units2": when("4:6", layers=(2,)), "units1": (4, 8)}
    )
    assert counted.n_points(100) == counted.n_points(8) == 2 * (1 + 3)  # one layer has no second
    assert counted.n_points(7) is None
    assert search_space("mine", point, {"units1": (4, 8), "lr": "1e-3:1e-1:log"}).n_points(10_000) is None
    assert source_space().n_points(10_000) is None
    assert search_space("mine", point, {"units1": "1:10000:log"}).n_points(10_000) == 10_000


def test_a_sample_holds_points_that_can_be_built_and_repeats() -> None:
    space = source_space(pool=2)  # four of five points cannot
    points = space.sample(20)
    assert len(points) == 20
    assert all(space.invalid_reason(point) is None for point in points)
    assert points == space.sample(20)
    assert points != space.sample(20, seed=1)
    assert len(space.sample(10_000)) == pytest.approx(2000 * space.share_valid(), abs=1)


def test_a_space_in_which_nothing_can_be_built_says_why() -> None:
    space = search_space("mine", NET, {"units1": "4:16"}, most_parameters=20)
    with pytest.raises(SettingError, match=r"no network that can be built among 2,000 .*the network has"):
        space.check()


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({}, "varies nothing"),
        ({"lr": "1:1e-3"}, "the range of lr is 1 to 0.001, but it must rise"),
        ({"lr": "1e-3:1e-3"}, "it must rise"),
        ({"lr": "0:1:log"}, "log needs a start above 0"),
        ({"units1": "4.5:8"}, "it must be a whole number"),
        ({"lrr": "1:2"}, "there is no parameter 'lrr'; did you mean 'lr'"),
        ({"optimizer": "adam,adan"}, "did you mean 'adam'"),
        ({"learning_rate": "0.1:1", "lr": "0.2:1"}, "lr is given twice"),
        ({"units1": when("4:8", layers=1), "layers": "1:2"}, "no parameter layers comes before it"),
        ({"units1": when("4:8", layrs=1)}, "did you mean 'layers'"),
        ({"layers": "1:2", "units2": when("4:8", layers=3)}, "units2 exists when layers is 3, but layers"),
        (
            {"layers": "1:2", "units2": when("4:8", layers="2")},
            "units2 exists when layers is '2', but layers",
        ),
        (
            {"layers": "1:2", "units2": when("4:8", layers=1.5)},
            "units2 exists when layers is 1.5, but layers",
        ),
        ({"lr": "0.1:1", "l1": when("0:1", lr=0.5)}, "lr takes any number in a range"),
        ({"lr": "0.1,1", "l1": when("0:1", lr=0.5)}, "there is no value of lr '0.5'"),
        ({"optimizer": "adam,sgd", "l1": when("0:1", optimizer="adan")}, "did you mean 'adam'"),
        ({"units3": "4:8"}, "has points that cannot be set: units3 cannot be studied here"),
        ({"layers": "1:2", "units2": "4:8"}, "no hidden layer 2"),
        ({"optimizer": "adam,momentum", "momentum": "0:0.9"}, "the optimizer adam has no momentum"),
        ({"lr": "-0.1:1"}, "has points that cannot be set: lr is -"),
        ({"lr": "0:1"}, "has points that cannot be set: lr is 0"),
        ({"dropout1": "0:1"}, "has points that cannot be set: dropout1 is 1"),
    ],
)
def test_what_contradicts_itself_is_refused(written: Any, words: str) -> None:
    with pytest.raises(InputError) as caught:
        search_space("mine", NET, written).check()
    assert words in str(caught.value)


def test_a_condition_may_be_a_number_however_it_is_written() -> None:
    space = search_space("mine", NET, {"layers": "1:2", "units2": when("4:8", layers=2.0)})
    assert [len(random_point(space, seed)) for seed in range(20)].count(2) not in (0, 20)


HEAD = 'model = "net"\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("model = net", "is no TOML (Invalid value (at line 1"),
        ('[parameters]\nlr = "0.1:1"', "needs a value for 'model'"),
        (HEAD, "needs a value for 'parameters'"),
        (HEAD + 'colour = 1\n[parameters]\nlr = "0.1:1"', "no setting 'colour'"),
        (
            HEAD + "[parameters]\nlr = 0.1",
            "'parameters.lr' is 0.1, but the values of a parameter are 'LOW:HIGH'",
        ),
        (HEAD + "[parameters]\nlr = []", "the values of a parameter are"),
        (HEAD + "[parameters]\nlr = [true, false]", "the values of a parameter are"),
        (HEAD + 'parameters = "lr"', "it must be a valid dictionary"),
        (
            HEAD + '[parameters]\nlr = { value = "0.1:1" }',
            "a parameter has no 'value', only 'values' and 'when'",
        ),
        (HEAD + "[parameters]\nlr = { when = {} }", "a parameter needs 'values'"),
        (
            HEAD + '[parameters]\nlr = { values = "0.1:1", when = { layers = [] } }',
            "a condition needs numbers or names",
        ),
        (HEAD + '[parameters]\nlr = { values = "0.1:1", when = 3 }', "'when' is a table"),
        (
            HEAD + '[parameters]\nlr = { values = "0.1:1", when = { layers = true } }',
            "needs numbers or names",
        ),
        (HEAD + 'most_parameters = 0\n[parameters]\nlr = "0.1:1"', "'most_parameters' is 0"),
    ],
)
def test_a_file_that_is_no_space_is_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        load_space(path)
    message = str(caught.value)
    assert words in message
    assert "mine.toml" in message
    assert "\n" not in message


def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "folder.toml").mkdir()
    for name, words in (
        (tmp_path / "binary.toml", "is no text"),
        (tmp_path / "folder.toml", "cannot be read"),
        (tmp_path / "gone.toml", "cannot be read (No such file"),
        ("cnn-pluss", "did you mean 'cnn-plus'"),
        ("", "there is no space ''"),
    ):
        with pytest.raises(InputError) as caught:
            load_space(name)
        assert words in str(caught.value)


@pytest.mark.parametrize("name", SPACES)
def test_the_spaces_that_come_along_can_be_searched(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr("studium.studies.search_space._DRAWN", 200)
    data = open_dataset("digits" if name.startswith("cnn") else "curve")
    table = load_space(name)
    spec = preset(table.model, data.input_shape, data.n_outputs)
    network = type(spec).model_validate(spec.model_dump() | table.network)
    point = network, TrainConfig(optimizer="momentum")
    space = search_space(
        name, point, table.parameters, most_parameters=table.most_parameters, first=table.first
    )
    assert 0 < space.check() <= 1
    for values in space.first:
        drawn = space.draw(
            lambda dimension, known=values: known.get(dimension.name, dimension.low)  # type: ignore[misc]
        )
        assert {key: drawn[key] for key in values} == dict(values)
        assert space.invalid_reason(space.at(drawn)) is None


def test_the_space_cnn_begins_with_the_hand_made_network_as_far_as_it_fits() -> None:
    table, made = load_space("cnn"), preset("cnn", (1, 28, 28), 10)
    assert isinstance(made, CNNSpec)
    (values,) = search_space("cnn", (made, TrainConfig()), table.parameters, first=table.first).first
    space = source_space()
    spec, _ = space.at(values)
    assert isinstance(spec, CNNSpec)
    assert [each.channels * 2 for each in spec.convolutions] == [each.channels for each in made.convolutions]
    assert [each.kernel for each in spec.convolutions] == [each.kernel for each in made.convolutions]
    assert spec.hidden == made.hidden
    flat = [
        next(each.output_shape[0] for each in layers(net) if each.name == "flatten") for net in (spec, made)
    ]
    assert flat[0] * 2 == flat[1]  # strides leave the sides that pooling leaves


@pytest.mark.parametrize("name", ["mlp", "mlp-plus", "cnn", "cnn-plus"])
def test_a_written_plan_keeps_the_order_in_which_parameters_are_drawn(tmp_path: Path, name: str) -> None:
    step = SearchStep(name="search", data="curve", model="net", parameters=load_space(name).parameters)
    plan = Plan(name="mine", steps=(step,))
    (tmp_path / "plan.toml").write_text(plan.toml())
    (again,) = load_plan(tmp_path / "plan.toml")[0].steps
    assert isinstance(again, SearchStep)
    assert again == step
    assert list(again.parameters) == list(step.parameters)
