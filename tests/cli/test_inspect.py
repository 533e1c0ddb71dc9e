"""``studium inspect weights`` and ``activations``: pages, data, and one sentence for what is wrong."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studium.training.model_files import save_model
from tests.cli.program import answer, complaint, run
from tests.introspection.networks import image_model, small_cnn
from tests.training.trained import digits_model


def test_a_page_of_weights_is_written_and_named(digits_folder: str, own_place: Path) -> None:
    result = run("inspect", "weights", digits_folder)
    assert result.stdout.splitlines()[-1] == "page m-digits-weights.html"
    page = (own_place / "m-digits-weights.html").read_text()
    assert "<h1>Weights of cnn</h1>" in page
    for name in ("images-conv1", "images-conv3", "histogram-linear1", "histogram-output"):
        assert f'data-figure="{name}"' in page
    lines = result.stdout.splitlines()
    assert [line.split()[0] for line in lines[1:7]] == [
        "conv1",
        "conv2",
        "conv3",
        "linear1",
        "linear2",
        "output",
    ]


def test_weights_as_data(digits_folder: str, own_place: Path) -> None:
    found = answer("inspect", "weights", digits_folder, "--layer", "linear2", "--unit", "3")
    assert found["file"] is None
    assert not list(own_place.glob("*.html"))
    assert [layer["name"] for layer in found["layers"]] == ["linear2"]
    assert found["unit"]["incoming"] == pytest.approx(digits_model().weights["linear2.weight"][3].tolist())
    both = answer("inspect", "weights", digits_folder, "--out", "w.json")
    assert both["file"] == "w.json"
    assert json.loads((own_place / "w.json").read_text()) == {
        key: value for key, value in both.items() if key != "file"
    }


def test_activations_of_several_inputs_stand_on_one_page(curve_folder: str, own_place: Path) -> None:
    result = run(
        "inspect", "activations", curve_folder, "--input", "-8", "--input", "3", "--out", "sub/two.html"
    )
    assert result.stdout.splitlines()[-1] == "page sub/two.html"
    assert "note: input = -8 is outside -4.966 to 4.944" in result.stderr
    assert "note: input = 3 lies in a gap" in result.stderr
    page = (own_place / "sub" / "two.html").read_text()
    for name in ("place-1", "place-2", "activations-linear1-1", "activations-linear2-2"):
        assert f'data-figure="{name}"' in page


def test_activations_as_data(digits_folder: str, own_place: Path, picture: str) -> None:
    found = answer("inspect", "activations", digits_folder, "--input", picture, "--input", "0")
    first, second = found["inputs"]
    assert first["label"] == "digit.png"
    assert first["output"] == second["output"]  # the picture is row 0 of the test set
    assert first["pixels"] == digits_pixels()
    assert second["actual"] is not None
    assert [each["method"] for each in first["attributions"]["methods"]] == [
        "gradient",
        "integrated gradients",
        "occlusion",
    ]
    assert not list(own_place.glob("*.html"))


def digits_pixels() -> list[list[list[int]]]:
    from tests.training.trained import digits

    row = int(digits_model().rows_to_score(digits())[0][0])
    return digits().inputs[row].tolist()


def test_a_picture_of_another_kind_is_made_fit_and_said_so(digits_folder: str, own_place: Path) -> None:
    pixels = np.full((60, 40, 3), 255, np.uint8)
    pixels[20:40, 15:25] = (10, 30, 60)
    Image.fromarray(pixels).save(own_place / "photo.png")
    result = run("inspect", "activations", digits_folder, "--input", "photo.png")
    assert [line.split(" was ")[1].split()[0] for line in result.stderr.splitlines()] == [
        "turned",
        "inverted:",
        "resized",
    ]


def test_without_an_input_the_first_test_row_is_shown(
    blobs_folder: str, flowers: str, own_place: Path
) -> None:
    (own_place / "blobs.npz").write_bytes(_blobs_file())
    result = run("inspect", "activations", blobs_folder, "--data", "blobs.npz")
    assert "For blobs test row 0 the network says" in result.stdout


def _blobs_file() -> bytes:
    import io

    from tests.training.trained import blobs

    file = io.BytesIO()
    names = np.array(blobs().class_names)[blobs().targets.numpy()]
    np.savez(file, x=blobs().inputs.numpy(), y=names)
    return file.getvalue()


def test_the_step_of_a_run_is_a_model(digits_folder: str, own_place: Path) -> None:
    for step in ("fc", "net"):
        shutil.copytree(digits_folder, own_place / "run" / "models" / step)
    assert answer("inspect", "weights", "run/models/net")["model"] == "cnn"
    for place in ("run", "run/models"):
        words = f"{place} holds several models, but one is looked into: choose one of run/models/fc, run/models/net"
        assert words in complaint("inspect", "weights", place)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("weights", "m-digits", "--layer", "conv9"), "no layer 'conv9'; did you mean 'conv"),
        (("weights", "m-digits", "--layer", "conv1", "--unit", "16"), "whose units are 0 to 15"),
        (("weights", "m-digits", "--unit", "1"), "unit '1' was given without its layer"),
        (("weights", "m-curve", "--layer", "output", "--unit", "lable"), "'lable'; did you mean 'label'"),
        (("weights", "m-curve", "--layer", "conv1"), "no layer 'conv1'; known: linear1, linear2, output"),
        (("weights", "gone"), "no model folder gone"),
        (("weights", "m-digits", "--out", "w.png"), "a page (.html) or data (.json)"),
        (("weights", "m-digits", "--out", "folder.html"), "it must be a file"),
        (("weights", "m-digits", "--test", "t.csv"), "--test is 't.csv', but it needs the data"),
        (("weights", "m-digits", "--data", "curve"), "other inputs or classes"),
        (("activations", "m-clothes", "--input", "coet"), "'coet'; did you mean 'coat'"),
        (("activations", "m-clothes", "--input", "coat"), "needs the data of the training"),
        (("activations", "m-digits", "--input", "355"), "0 to 354"),
        (("activations", "m-digits", "--input", "3:100000"), "the input 3:100000 is not among"),
        (("activations", "m-digits", "--input", "text.png"), "not a readable picture"),
        (("activations", "m-digits", "--input", "wide.png"), "more than 8 bits"),
        (("activations", "m-digits", "--input", "gone.png"), "'gone.png' is neither a file nor"),
        (("activations", "m-curve", "--input", "text.png"), "text.png holds images, but a table"),
        (("activations", "m-curve", "--input", "1e400"), "a number must be finite"),
        (
            ("activations", "m-curve", "--input", "1e200"),
            "outside the range of the network's float32 numbers",
        ),
        (("activations", "m-curve", "--input", "1,2"), "has 2 values, but the model takes 1"),
        (("activations", "m-curve", "--input", "x"), "takes a number"),
        (("activations", "m-blobs"), "needs the data of the training"),
        (("activations", "m-digits", "--inptu", "3"), "'--inptu'; did you mean '--input'"),
        (("weigths", "m-digits"), "weigths"),
    ],
)
def test_what_is_wrong_gets_one_sentence(
    arguments: tuple[str, ...],
    words: str,
    own_place: Path,
    digits_folder: str,
    curve_folder: str,
    blobs_folder: str,
) -> None:
    save_model(image_model(small_cnn(), class_names=("coat", "bag", "shirt")), own_place / "m-clothes")
    (own_place / "folder.html").mkdir()
    (own_place / "text.png").write_text("text")
    Image.fromarray(np.full((8, 8), 40_000, np.uint16)).save(own_place / "wide.png")
    before = sorted(path.name for path in own_place.iterdir())
    assert words in complaint("inspect", *arguments)
    assert sorted(path.name for path in own_place.iterdir()) == before  # nothing is written
