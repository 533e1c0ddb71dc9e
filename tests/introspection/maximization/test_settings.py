from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from studium.data import Column, ImageSchema, TableSchema
from studium.errors import SettingError, UnknownNameError
from studium.introspection.maximization import MaximizationSettings, default_settings
from studium.introspection.maximization_settings import DEFAULT_REGULARISERS, STRENGTHS

TABLE = TableSchema(columns=(Column(name="x"),))


def images(side: int) -> ImageSchema:
    return ImageSchema(channels=1, height=side, width=side)


def test_what_is_on_by_default_has_its_strength_and_the_rest_is_off() -> None:
    settings = default_settings(images(28))
    for name, strength in STRENGTHS.items():
        assert getattr(settings, name) == (strength if name in DEFAULT_REGULARISERS else 0)


@pytest.mark.parametrize(("side", "pixels"), [(8, 0), (13, 0), (15, 1), (28, 1), (64, 2), (224, 8)])
def test_jitter_grows_with_the_images(side: int, pixels: int) -> None:
    assert default_settings(images(side)).jitter == pixels
    assert default_settings(images(side), ["jitter"]).jitter == max(pixels, 1)  # who asks for it gets it


def test_tables_have_several_starts_and_no_regulariser_of_images() -> None:
    assert default_settings(TABLE) == MaximizationSettings(seeds=16)
    assert default_settings(TABLE, ["l2"]).l2 == STRENGTHS["l2"]
    with pytest.raises(SettingError, match="fourier is True, but it is for images"):
        default_settings(TABLE, ["fourier"])


def test_an_unknown_regulariser_is_named() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'rotation'"):
        default_settings(images(28), ["rotatoin"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps": 0},
        {"seeds": 0},
        {"l2": -1},
        {"scaling": 1.0},
        {"rotation": 181},
        {"jitter": -1},
        {"norm": 0},
        {"rate": 1},
    ],
)
def test_settings_keep_their_ranges(wrong: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        MaximizationSettings.model_validate(wrong)


def test_a_fixed_norm_excludes_frequencies() -> None:
    with pytest.raises(ValidationError, match="leave one out"):
        MaximizationSettings(norm=1, fourier=True)


def test_what_the_experiment_selected_is_on_at_the_strength_that_it_found() -> None:
    text = (Path(__file__).parents[3] / "docs" / "maximization.md").read_text(encoding="utf-8")
    rounds = text.split("<!-- tuning -->")[1].split("<!-- end of tuning -->")[0]
    found = re.findall(r"^\| [1-9] \| ([a-z ]+?)(?: ([0-9.]+))? \| [0-9.]+ \|$", rounds, re.MULTILINE)
    selected = {name.replace(" ", "_"): float(value or 1) for name, value in found if "nothing" not in name}
    assert selected.pop("learning_rate") == MaximizationSettings().learning_rate
    assert len(selected) == 3
    for name, strength in selected.items():
        assert getattr(default_settings(images(28)), name) == strength
