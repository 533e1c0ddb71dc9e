from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studium.training.model_files import save_model
from tests.training.trained import blobs_model, curve_model, digits, digits_model


@pytest.fixture(autouse=True)
def own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory and an empty cache of the test's own."""
    monkeypatch.setenv("STUDIUM_CACHE", str(tmp_path / "cache"))
    for name in ("STUDIUM_DATA", "STUDIUM_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def curve_folder(own_place: Path) -> str:
    save_model(curve_model(), own_place / "m-curve")
    return "m-curve"


@pytest.fixture
def digits_folder(own_place: Path) -> str:
    save_model(digits_model(), own_place / "m-digits")
    return "m-digits"


@pytest.fixture
def blobs_folder(own_place: Path) -> str:
    save_model(blobs_model(), own_place / "m-blobs")
    return "m-blobs"


@pytest.fixture
def flowers(own_place: Path) -> str:
    """A table with a numeric and a categorical column, and three classes; no official test set."""
    stream = np.random.default_rng(0)
    lines = ["size,colour,kind"]
    for row in range(90):
        kind = row % 3
        lines.append(
            f"{stream.normal(kind, 0.3):.3f},{['red', 'blue'][int(stream.random() < kind / 3)]},k{kind}"
        )
    (own_place / "flowers.csv").write_text("\n".join(lines) + "\n")
    return "flowers.csv"


@pytest.fixture
def picture(own_place: Path) -> str:
    """Row 0 of the digits' test set as a file."""
    row = int(digits_model().rows_to_score(digits())[0][0])
    Image.fromarray(digits().inputs[row, 0].numpy()).save(own_place / "digit.png")
    return "digit.png"
