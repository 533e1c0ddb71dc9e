"""Model files: what is written is read back exactly, and anything else is one clear error."""

from __future__ import annotations

import hashlib
import json
import math
import shutil
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from safetensors.torch import load, save

from studium.errors import ModelFileError, OutputError, StudiumError, UnavailableError
from studium.files import write_atomic
from studium.models import CNNSpec, ConvolutionSpec, MLPSpec, build
from studium.training import Scores
from studium.training.model import Model
from studium.training.model_files import check_model_place, load_model, save_model
from studium.training.model_record import ModelRecord, NormalisationRecord, Part
from studium.training.model_weights import weight_shapes
from tests.training.trained import (
    blobs,
    blobs_model,
    curve,
    curve_model,
    digits,
    digits_model,
    residual_model,
)

RECORD, WEIGHTS, ROWS = "model.json", "weights.safetensors", "test_rows.safetensors"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model of classes, with rows kept for testing."""
    save_model(blobs_model(), tmp_path / "model")
    return tmp_path / "model"


@pytest.mark.parametrize(
    ("model", "dataset"),
    [(curve_model, curve), (digits_model, digits), (residual_model, digits), (blobs_model, blobs)],
)
def test_what_is_written_is_read_back_exactly(
    model: Callable[[], Model], dataset: Callable[[], Any], tmp_path: Path
) -> None:
    save_model(model(), tmp_path / "new" / "model")
    loaded = load_model(tmp_path / "new" / "model")
    for name in (
        "spec",
        "schema",
        "task",
        "class_names",
        "target_names",
        "config",
        "training",
        "data",
        "name",
    ):
        assert getattr(loaded, name) == getattr(model(), name)
    assert loaded.scores == model().scores
    assert loaded.environment == model().environment
    assert all(torch.equal(loaded.weights[name], weight) for name, weight in model().weights.items())
    assert loaded.evaluate(dataset()) == model().scores["test"]


def test_a_folder_holds_these_files_and_nothing_else(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {RECORD, WEIGHTS, ROWS}
    rows, kept = load_model(folder).test_rows, blobs_model().test_rows
    assert rows is not None
    assert kept is not None
    assert rows.tolist() == kept.tolist()
    assert [path.name for path in folder.parent.iterdir()] == ["model"]


def test_rows_are_kept_only_where_there_is_no_official_test_set(tmp_path: Path) -> None:
    save_model(curve_model(), tmp_path / "model")
    assert not (tmp_path / "model" / ROWS).exists()


def test_scores_that_are_not_finite_survive(tmp_path: Path) -> None:
    scores: dict[Part, Scores] = {"test": Scores(math.inf, math.nan, "mse", 3)}
    save_model(replace(curve_model(), scores=scores), tmp_path / "model")
    assert '"loss": null' in (tmp_path / "model" / RECORD).read_text()
    assert math.isnan(load_model(tmp_path / "model").scores["test"].metric)


@settings(deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=4))
def test_every_number_survives_json(values: list[float]) -> None:
    record = NormalisationRecord(input_mean=tuple(values), input_std=(), target_mean=(), target_std=())
    again = NormalisationRecord.model_validate_json(json.dumps(record.model_dump(mode="json")))
    assert again.canonical() == record.canonical()


# Where a model may be written


def test_an_older_model_is_replaced(folder: Path) -> None:
    save_model(curve_model(), folder)
    assert load_model(folder).task == "regression"
    assert not (folder / ROWS).exists()


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    save_model(curve_model(), tmp_path / "model")
    assert load_model(tmp_path / "model").name == "net"


def test_a_link_to_an_older_model_is_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    save_model(curve_model(), tmp_path / "link")
    assert load_model(folder).task == "regression"


def _file(place: Path) -> None:
    place.write_text("mine")


def _folder_of_files(place: Path) -> None:
    place.mkdir()
    (place / "thesis.txt").write_text("mine")


def _model_and_more(place: Path) -> None:
    save_model(curve_model(), place)
    (place / "notes.txt").write_text("mine")


def _foreign_json(place: Path) -> None:
    place.mkdir()
    (place / RECORD).write_text('{"format": "other", "version": 1}')


@pytest.mark.parametrize("make", [_file, _folder_of_files, _model_and_more, _foreign_json])
def test_anything_else_is_never_replaced(make: Callable[[Path], None], tmp_path: Path) -> None:
    place = tmp_path / "place"
    make(place)
    before = sorted((path, path.read_bytes()) for path in tmp_path.rglob("*") if path.is_file())
    with pytest.raises(OutputError, match=r"is not a Studium model.*choose another"):
        save_model(curve_model(), place)
    assert sorted((path, path.read_bytes()) for path in tmp_path.rglob("*") if path.is_file()) == before


@pytest.mark.parametrize("name", ["file/model", "file/more/model", "x" * 300])
def test_a_place_that_cannot_be_written_is_found_before_any_work(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot write"):
        check_model_place(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_failed_write_leaves_the_older_model(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: bytes | str) -> None:
        if path.name == RECORD:
            raise UnavailableError("cannot write it (No space left on device)")
        write_atomic(path, content)

    monkeypatch.setattr("studium.training.model_files.write_atomic", full)
    with pytest.raises(StudiumError, match="No space left"):
        save_model(curve_model(), folder)
    assert load_model(folder).name == "net_d"
    assert [path.name for path in folder.parent.iterdir()] == ["model"]


# What is not a model


def _edit(folder: Path, change: Callable[[dict[str, Any]], None], *, sealed: bool = True) -> None:
    """Change the description, as a forger would: with checksums to match, where that is possible."""
    content = json.loads((folder / RECORD).read_text())
    change(content)
    for name in content.get("files", {}):
        if (folder / name).exists():
            content["files"][name] = _sha256((folder / name).read_bytes())
    if sealed:
        with suppress(ValidationError):
            content = ModelRecord.model_validate(content).sealed().model_dump(mode="json")
    (folder / RECORD).write_text(json.dumps(content))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _forge(folder: Path, name: str, content: bytes) -> None:
    """Replace a file and bring the description into line."""
    (folder / name).write_bytes(content)
    _edit(folder, lambda _: None)


def _set(*path: str | int, value: Any) -> Callable[[Path], None]:
    def change(content: dict[str, Any]) -> None:
        place: Any = content
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value

    return lambda folder: _edit(folder, change)


def _weights(change: Callable[[dict[str, torch.Tensor]], object]) -> Callable[[Path], None]:
    def forge(folder: Path) -> None:
        tensors = load((folder / WEIGHTS).read_bytes())
        change(tensors)
        _forge(folder, WEIGHTS, save(tensors))

    return forge


def _rows(rows: list[int]) -> Callable[[Path], None]:
    def forge(folder: Path) -> None:
        _forge(folder, ROWS, save({"rows": torch.tensor(rows)}))
        _edit(folder, lambda content: content.update(n_test_rows=len(rows)))

    return forge


def _huge_header(folder: Path) -> None:
    _forge(folder, WEIGHTS, struct.pack("<Q", 1 << 62) + b"{}")


def _huge_shape(folder: Path) -> None:
    header = json.dumps(
        {"output.bias": {"dtype": "F32", "shape": [1 << 40], "data_offsets": [0, 1 << 42]}}
    ).encode()
    _forge(folder, WEIGHTS, struct.pack("<Q", len(header)) + header)


def _pickle(folder: Path) -> None:
    _forge(
        folder,
        WEIGHTS,
        b"\x80\x04\x95\x1d\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94.",
    )


def _spec(**change: Any) -> Callable[[Path], None]:
    return lambda folder: _edit(folder, lambda content: content["spec"].update(change))


def _convolutions(**change: Any) -> Callable[[Path], None]:
    """The same few weights as a network whose feature maps would be enormous."""

    def forge(folder: Path) -> None:
        shutil.rmtree(folder)
        save_model(digits_model(), folder)
        _edit(folder, lambda content: content["spec"]["convolutions"][0].update(change))

    return forge


def _residual(change: Callable[[Path], None]) -> Callable[[Path], None]:
    """The same for a residual network with batch normalisation."""

    def forge(folder: Path) -> None:
        shutil.rmtree(folder)
        save_model(residual_model(), folder)
        change(folder)

    return forge


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (shutil.rmtree, "there is no model folder .*train with --out"),
        (lambda folder: (folder / RECORD).unlink(), "it has no file model.json"),
        (lambda folder: (folder / WEIGHTS).unlink(), "it has no file weights.safetensors"),
        (lambda folder: (folder / ROWS).unlink(), "it has no file test_rows.safetensors"),
        (lambda folder: (folder / RECORD).write_bytes(b""), "is not the description of a Studium model"),
        (lambda folder: (folder / RECORD).write_bytes(b"\xff\xfe\x00"), "is not the description"),
        (lambda folder: (folder / RECORD).write_text("[" * 100_000), "is not the description"),
        (lambda folder: (folder / RECORD).write_text("[]"), "is not the description"),
        (lambda folder: (folder / RECORD).write_bytes(b" " * (17 << 20)), "more than the 16,777,216 bytes"),
        (_set("format", value="onnx"), "format 'onnx'"),
        (_set("version", value=2), "format version 2, .*update Studium"),
        (_set("version", value=0), "damaged .version"),
        (_set("extra", value=1), "damaged .extra"),
        (_set("config", "optimizer", value="lion"), "damaged .config.optimizer"),
        (_set("config", "loss", value="mse"), "loss is 'mse'"),
        (_set("class_names", value=["one"]), "spec and names of outputs contradict"),
        (_set("class_names", value=[]), "contradict"),
        (_set("normalisation", "input_std", value=[1.0, 0.0]), "damaged .normalisation.input_std"),
        (_set("normalisation", "input_mean", value=[1.0]), "inputs and their normalisation contradict"),
        (_set("normalisation", "target_mean", value=[1.0]), "targets and their normalisation contradict"),
        (_set("scores", "test", "metric_name", value="mse"), "task and scores contradict"),
        (_set("n_test_rows", value=7), r"has 'rows' as \(24,\) torch.int64, .* \(7,\)"),
        (_spec(hidden=[64]), "dropout has 2 probabilities"),
        (_spec(hidden=[65, 64]), "has 'linear1.weight' as"),
        (_spec(hidden=[1_000_000, 1_000_000]), "has 'linear1.weight' as"),
        (_spec(hidden=[1] * 20_000, dropout=[]), "more than 10,000 layers"),
        (_spec(input_shape=[3]), "spec and inputs contradict"),
        (_spec(activation="wave"), "damaged .spec"),
        (_convolutions(padding=1_000_000), "describes a network that cannot be used"),
        (_convolutions(kernel=1_000_000), "cannot be built"),
        (_convolutions(pool=100), "cannot be built"),
        (_weights(lambda each: each.pop("output.bias")), "lacks tensor 'output.bias'"),
        (_weights(lambda each: each.update(more=torch.ones(1))), "has the foreign tensor 'more'"),
        (_weights(lambda each: each["output.bias"].fill_(math.nan)), "'output.bias' that are not finite"),
        (
            _weights(lambda each: each.update({"output.bias": torch.ones(3)})),
            r"\(3,\) torch.float32, .* \(2,\)",
        ),
        (_weights(lambda each: each.update({"output.bias": torch.ones(2).half()})), "float16"),
        (
            _residual(_weights(lambda each: each["batch_norm1.running_var"].fill_(-1))),
            "variances in 'batch_norm1.running_var' that are below 0",
        ),
        (
            _residual(_weights(lambda each: each.pop("residual2_1.norm2.running_mean"))),
            "lacks tensor 'residual2_1.norm2.running_mean'",
        ),
        (
            _residual(_set("spec", "convolutions", 0, "batch_norm", value=False)),
            "has the foreign tensor 'batch_norm1.bias'",
        ),
        (
            _residual(_spec(convolutions=[{"channels": 1, "residual": 100}] * 200)),
            "more than 10,000 layers",
        ),
        (_set("config", "flip_averaging", value=True), "inputs and flip averaging contradict"),
        (_huge_header, "not a whole safetensors file"),
        (_huge_shape, "not a whole safetensors file"),
        (_pickle, "not a whole safetensors file"),
        (_rows([5, 4]), "not in order"),
        (_rows([-1, 4]), "negative"),
    ],
)
def test_a_foreign_or_forged_model_is_one_clear_error(
    spoil: Callable[[Path], Any], words: str, folder: Path
) -> None:
    spoil(folder)
    with pytest.raises(ModelFileError, match=words) as caught:
        load_model(folder)
    assert len(str(caught.value)) < 600
    assert "\n" not in str(caught.value)


def test_a_model_from_before_a_setting_existed_is_read_with_its_default(folder: Path) -> None:
    content = json.loads((folder / RECORD).read_text())
    del content["config"]["flip_averaging"], content["config"]["mixed_precision"]
    canonical = json.dumps(content | {"checksum": ""}, sort_keys=True, separators=(",", ":"))
    content["checksum"] = _sha256(canonical.encode())
    (folder / RECORD).write_text(json.dumps(content))
    assert load_model(folder).config == blobs_model().config


def test_an_edit_by_hand_is_noticed(folder: Path) -> None:
    _edit(folder, lambda content: content["scores"]["test"].update(metric=1.0), sealed=False)
    with pytest.raises(ModelFileError, match=r"model.json was changed after it was written"):
        load_model(folder)


def test_a_file_in_place_of_the_folder_is_no_model(folder: Path) -> None:
    with pytest.raises(ModelFileError, match="there is no model folder"):
        load_model(folder / RECORD)


@dataclass(frozen=True)
class Damage:
    """One change of a file, at a share of its length."""

    kind: str
    share: float
    piece: bytes

    def __call__(self, content: bytes) -> bytes:
        place = int(self.share * len(content))
        if self.kind == "cut":
            return content[:place]
        return (
            content[:place] + self.piece + content[place + (len(self.piece) if self.kind == "flip" else 0) :]
        )


damages = st.builds(
    Damage,
    st.sampled_from(["cut", "flip", "insert"]),
    st.floats(0, 1, exclude_max=True),
    st.binary(min_size=1, max_size=9),
)


@settings(deadline=None)
@given(damage=damages, name=st.sampled_from([RECORD, WEIGHTS, ROWS]))
def test_damage_is_found_wherever_it_is(
    damage: Damage, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with _restored(_saved(tmp_path_factory)) as folder:
        whole = (folder / name).read_bytes()
        assume(damage(whole) != whole)
        (folder / name).write_bytes(damage(whole))
        try:
            loaded = load_model(folder)
        except ModelFileError:
            return
    assert name == RECORD  # white space and the like: the content is the same
    assert json.loads(damage(whole)) == json.loads(whole)
    assert loaded.scores == blobs_model().scores


@settings(deadline=None)
@given(damage=damages, name=st.sampled_from([WEIGHTS, ROWS]))
def test_forged_bytes_never_raise_anything_else(
    damage: Damage, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with _restored(_saved(tmp_path_factory)) as folder:
        _forge(folder, name, damage((folder / name).read_bytes()))
        try:
            loaded = load_model(folder)
        except ModelFileError:
            return
    assert all(bool(weight.isfinite().all()) for weight in loaded.weights.values())


def _saved(factory: pytest.TempPathFactory) -> Path:
    folder = factory.getbasetemp() / "damaged"
    if not folder.exists():
        save_model(blobs_model(), folder)
    return folder


@contextmanager
def _restored(folder: Path) -> Iterator[Path]:
    before = {path: path.read_bytes() for path in folder.iterdir()}
    try:
        yield folder
    finally:
        for path, content in before.items():
            path.write_bytes(content)


# Shapes by arithmetic

SPECS = [
    MLPSpec(input_shape=(3,), n_outputs=2, hidden=()),
    MLPSpec(input_shape=(2, 4, 4), n_outputs=2, hidden=(5, 1), dropout=(0.1, 0.2)),
    CNNSpec(
        input_shape=(2, 9, 7),
        n_outputs=3,
        hidden=(4,),
        convolutions=(ConvolutionSpec(channels=1, kernel=1, pool=2), ConvolutionSpec(channels=6, padding=2)),
    ),
    CNNSpec(
        input_shape=(2, 9, 7),
        n_outputs=3,
        hidden=(4,),
        convolutions=(
            ConvolutionSpec(channels=3, residual=2),
            ConvolutionSpec(channels=5, kernel=2, stride=2, batch_norm=True, residual=1),
        ),
        global_average=True,
    ),
]


@pytest.mark.parametrize("spec", SPECS)
def test_shapes_are_those_of_the_built_network(spec: MLPSpec | CNNSpec) -> None:
    built = {name: tuple(weight.shape) for name, weight in build(spec).state_dict().items()}
    assert weight_shapes(spec) == built
