import pytest
from hypothesis import given
from hypothesis import strategies as st

from studium.numerals import compact_number

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("value", "log", "text"),
    [
        (1e-4, True, "1e-4"),
        (0.03, True, "3e-2"),
        (0.1, True, "1e-1"),
        (1.0, True, "1"),
        (0.1, False, "0.1"),
        (0.03, False, "0.03"),
        (0.001, False, "1e-3"),
        (0.31622776, False, "0.316"),
        (0.00031622776, False, "3.16e-4"),
        (12.5, False, "12.5"),
        (128, False, "128"),
        (48_000, False, "48000"),
        (123_456, False, "123456"),
        (2_500_000, False, "2.5e6"),
        (-0.25, False, "-0.25"),
        (0, False, "0"),
        (-0.0, False, "0"),
        (float("inf"), False, "inf"),
        (float("nan"), False, "nan"),
    ],
)
def test_by_example(value: float, log: bool, text: str) -> None:
    assert compact_number(value, log=log) == text


@given(FINITE, st.booleans())
def test_all_digits_give_the_value_back(value: float, log: bool) -> None:
    assert float(compact_number(value, log=log, digits=17)) == value


@given(FINITE, st.booleans(), st.integers(1, 6))
def test_it_reads_back_as_the_rounded_value(value: float, log: bool, digits: int) -> None:
    text = compact_number(value, log=log, digits=digits)
    exact = value.is_integer() and abs(value) < 1_000_000
    assert float(text) == (value if exact else float(f"{value:.{digits - 1}e}"))


@given(FINITE, st.booleans())
def test_writing_again_changes_nothing(value: float, log: bool) -> None:
    text = compact_number(value, log=log)
    assert compact_number(float(text), log=log) == text


@given(FINITE)
def test_it_is_never_longer_than_the_shortest_of_python(value: float) -> None:
    assert len(compact_number(value, digits=17)) <= max(len(f"{value:.16e}"), len(f"{value:.0f}"))
