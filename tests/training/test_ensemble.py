"""Ensembles: the mean of their members, in every process, from their files alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from studium.data import Dataset, open_dataset
from studium.errors import ModelFileError, SettingError
from studium.training.ensemble import ENSEMBLE, Ensemble, load_predictor, save_ensemble
from studium.training.model import Model
from studium.training.model_files import save_model
from tests.cli.program import answer, complaint
from tests.training.trained import blobs, curve, curve_model, digits, trained

ROOT = Path(__file__).parents[2]


@cache
def of_curve() -> Ensemble:
    members = tuple(trained(curve(), name, epochs=10) for name in ("net", "net_d", "net3"))
    return Ensemble(members, {}, "three").scored(curve(), {"test": members[0].rows_to_score(curve())[0]})


@cache
def of_digits() -> Ensemble:
    members = tuple(trained(digits(), "fc", learning_rate=rate) for rate in (1e-3, 1e-2))
    return Ensemble(members, {}, "two").scored(digits(), {"test": members[0].rows_to_score(digits())[0]})


def inputs_and_targets(ensemble: Ensemble, data: Dataset) -> tuple[torch.Tensor, np.ndarray]:
    rows = torch.from_numpy(ensemble.rows_to_score(data)[0])
    return data.inputs[rows], data.targets[rows].numpy()


def test_values_are_the_mean_of_the_members_and_err_no_more_than_they() -> None:
    inputs, targets = inputs_and_targets(of_curve(), curve())
    own = [model.predict(inputs).numpy() for model in of_curve().members]
    mean = (own[0] + own[1] + own[2]) / 3
    np.testing.assert_allclose(of_curve().predict(inputs).numpy(), mean, rtol=1e-12)
    scores = of_curve().evaluate(curve())
    assert scores.metric == pytest.approx(((mean - targets) ** 2).mean(), rel=1e-12)
    assert scores.n == len(targets)
    errors = [model.evaluate(curve()).metric for model in of_curve().members]
    assert scores.metric <= np.mean(errors)  # Jensen
    assert len(set(errors)) == 3


def test_probabilities_are_the_mean_of_the_members_and_err_no_more_than_they() -> None:
    inputs, targets = inputs_and_targets(of_digits(), digits())
    own = [model.predict(inputs).numpy() for model in of_digits().members]
    mean = (own[0] + own[1]) / 2
    np.testing.assert_allclose(mean.sum(1), 1, rtol=1e-6)
    np.testing.assert_allclose(of_digits().predict(inputs).numpy(), mean, rtol=1e-12)
    scores = of_digits().evaluate(digits())
    entropy = -np.log(mean[np.arange(len(targets)), targets]).mean()
    assert scores.loss == pytest.approx(entropy, rel=1e-9)
    assert scores.metric == (mean.argmax(1) == targets).mean()
    theirs = [-np.log(each[np.arange(len(targets)), targets]).mean() for each in own]
    assert scores.loss <= np.mean(theirs)  # Jensen


def test_an_ensemble_of_one_is_that_model() -> None:
    model = curve_model()
    inputs = curve().inputs[:20]
    assert torch.equal(Ensemble((model,), {}).predict(inputs), model.predict(inputs))


def test_members_are_needed_and_of_the_same_data() -> None:
    with pytest.raises(SettingError, match="an ensemble has 0 members"):
        Ensemble((), {})
    with pytest.raises(SettingError, match="trained on different data"):
        Ensemble((curve_model(), trained(blobs(), "net")), {})


def test_a_new_process_gives_the_same_bits(tmp_path: Path) -> None:
    save_ensemble(of_digits(), tmp_path / "both")
    code = (
        "from studium.data import open_dataset; from studium.training.ensemble import load_predictor; "
        f"model = load_predictor({str(tmp_path / 'both')!r}); data = open_dataset('digits', like=model); "
        "print(model.evaluate(data).loss.hex(), model.predict(data.inputs[:9]).numpy().tobytes().hex())"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment
    )
    loss, predictions = done.stdout.split()
    assert loss == of_digits().scores["test"].loss.hex()
    assert predictions == of_digits().predict(digits().inputs[:9]).numpy().tobytes().hex()


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    save_ensemble(of_curve(), tmp_path / "three")
    again = load_predictor(tmp_path / "three")
    assert isinstance(again, Ensemble)
    assert (again.name, again.scores, len(again.members)) == ("three", of_curve().scores, 3)
    assert again.n_parameters == of_curve().n_parameters
    save_model(curve_model(), tmp_path / "one")
    assert isinstance(load_predictor(tmp_path / "one"), Model)


def _edited(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        record = json.loads((folder / ENSEMBLE).read_text())
        change(record)
        (folder / ENSEMBLE).write_text(json.dumps(record))

    return edit


def _swapped(folder: Path) -> None:
    (folder / "member-1").rename(folder / "x")
    (folder / "member-2").rename(folder / "member-1")
    (folder / "x").rename(folder / "member-2")


def _weights(folder: Path) -> None:
    path = folder / "member-2" / "weights.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda folder: (folder / ENSEMBLE).write_text("{}"), "is damaged"),
        (lambda folder: (folder / ENSEMBLE).write_bytes(b"\xff\xfe"), "is damaged"),
        (_edited(lambda record: record.update(format="studium-model")), "is damaged"),
        (_edited(lambda record: record.update(version=2)), "is damaged"),
        (_edited(lambda record: record.update(members=[])), "is damaged"),
        (_edited(lambda record: record.update(scores={"test": {"los": 1.0}})), "is damaged"),
        (_edited(lambda record: record["records"].pop()), "does not describe all of its members"),
        (_edited(lambda record: record.update(members=["member-1", "../other"])), "other is missing"),
        (lambda folder: shutil.rmtree(folder / "member-2"), "member-2 is missing"),
        (_swapped, "member-1 is not the model that the ensemble was made of"),
        (_weights, "weights.safetensors"),
    ],
)
def test_a_damaged_or_foreign_folder_is_one_sentence(
    tmp_path: Path, damage: Callable[[Path], object], words: str
) -> None:
    for name in ("two", "other"):
        save_ensemble(of_digits(), tmp_path / name)
    damage(tmp_path / "two")
    with pytest.raises(ModelFileError) as caught:
        load_predictor(tmp_path / "two")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_commands_take_it_for_a_model_and_inspect_names_its_members(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    save_ensemble(of_curve(), tmp_path / "three")
    scored = answer("evaluate", "three", "--data", "curve")
    assert (scored["mse"], scored["loss"]) == (
        of_curve().scores["test"].metric,
        of_curve().scores["test"].loss,
    )
    said = answer("predict", "three", "0.5")
    expected = float(of_curve().predict(torch.tensor([[0.5]], dtype=open_dataset("curve").inputs.dtype)))
    assert str(expected)[:6] in json.dumps(said)
    message = complaint("inspect", "weights", "three")
    assert "three holds several models" in message
    for number in (1, 2, 3):
        assert f"three/member-{number}" in message


def test_a_device_that_an_ensemble_does_not_use_is_refused() -> None:
    with pytest.raises(SettingError, match="the device is cuda, but an ensemble is evaluated on the CPU"):
        of_curve().evaluate(curve(), device="cuda")
    assert of_curve().evaluate(curve(), device="auto") == of_curve().evaluate(curve())
