"""Values of options, whatever is written."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studium.cli.output import finite
from studium.cli.parsing import AUGMENTATIONS, parse_augmentation, parse_hidden
from studium.cli.progress import state_of, training_progress
from studium.errors import InputError, StudiumError
from studium.training import Progress
from studium.training.model_inputs import InputReader
from tests.training.trained import blobs_model, curve_model


@settings(deadline=None)
@given(st.lists(st.integers(1, 9_999_999), min_size=1))
def test_widths_are_read_back(widths: list[int]) -> None:
    assert parse_hidden(" ,".join(map(str, widths))) == tuple(widths)


@settings(deadline=None)
@given(st.text(alphabet="0123456789, none-.²x", max_size=12) | st.text(max_size=12))
def test_any_text_is_widths_or_refused(text: str) -> None:
    try:
        widths = parse_hidden(text)
    except InputError:
        return
    assert all(width > 0 for width in widths)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(AUGMENTATIONS), st.floats(0, 1), min_size=1))
def test_augmentations_are_read_back(settings: dict[str, float]) -> None:
    assert parse_augmentation(",".join(f"{name}={value!r}" for name, value in settings.items())) == settings


@settings(deadline=None)
@given(st.text(alphabet="shiftlperas=,.0123456789 ", max_size=20) | st.text(max_size=20))
def test_any_text_is_augmentations_or_refused(text: str) -> None:
    try:
        settings = parse_augmentation(text)
    except InputError:
        return
    assert settings.keys() <= set(AUGMENTATIONS)


@settings(deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), min_size=2, max_size=2))
def test_numbers_are_one_row(values: list[float]) -> None:
    inputs = InputReader(blobs_model()).read(",".join(map(repr, values)))
    assert inputs.rows.tolist() == [values]


@settings(deadline=None)
@given(
    st.text(alphabet="0123456789,.:-einfa/ ", max_size=12)
    | st.text(max_size=12).filter(lambda text: "\0" not in text)
)
def test_any_text_is_an_input_or_refused(text: str) -> None:
    for model in (curve_model(), blobs_model()):
        try:
            inputs = InputReader(model, offline=True).read(text)
        except StudiumError:
            continue
        assert inputs.rows.shape[1:] == model.spec.input_shape


def test_numbers_that_are_not_finite_become_null() -> None:
    assert finite({"a": [1.5, float("nan")], "b": (float("inf"), 2, "c")}) == {
        "a": [1.5, None],
        "b": [None, 2, "c"],
    }


def test_progress_says_epochs_loss_and_time_left() -> None:
    assert state_of(Progress(1200, 5000, 0.12345, 10, 95.4)) == "epoch 1,200/5,000  loss 0.1235  1:35 left"


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_is_for_terminals(terminal: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)
    with training_progress("net [on] curve") as report:
        assert (report is not None) == terminal
        if report is not None:
            report(Progress(1, 2, 0.5, 1, 1))
