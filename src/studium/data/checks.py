"""Rules that every dataset keeps, whatever file it came from."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from studium.errors import DataError

Place = Callable[[int, int], str]
"""Where a value stands, in words, from its row and its column, both counted from 0."""


def require_finite(values: np.ndarray, place: Place) -> None:
    """Every number is finite.

    Args:
        values: ``[N, F]`` float64.
        place: Where a value stands.

    Raises:
        DataError: One is NaN or infinite; the first one is named.
    """
    wrong = ~np.isfinite(values)
    if not wrong.any():
        return
    row, column = (int(index) for index in np.argwhere(wrong)[0])
    raise DataError(
        f"{place(row, column)} is {values[row, column]}, but a number must be finite: "
        "write a number there or leave the row out"
    )


def require_varied(values: np.ndarray, names: Sequence[str], kind: str, origin: str) -> None:
    """No column is the same in all rows.

    Args:
        values: ``[N, F]``, at least two rows.
        names: Name of each column.
        kind: What the columns are, in the singular (``"column"``, ``"target column"``).
        origin: The file, in words.

    Raises:
        DataError: One is constant; the first one is named.
    """
    constant = (values == values[:1]).all(axis=0)
    if not constant.any():
        return
    column = int(constant.argmax())
    raise DataError(
        f"{kind} {names[column]!r} of {origin} is {values[0, column]} in every row, but a constant says "
        f"nothing: {'choose another target' if 'target' in kind else 'remove the column'}"
    )


def require_rows(n_rows: int, origin: str, *, least: int = 2) -> None:
    """There are enough rows to learn from.

    Raises:
        DataError: There are fewer than ``least``.
    """
    if n_rows >= least:
        return
    count = "no rows" if n_rows == 0 else f"only {n_rows} row{'' if n_rows == 1 else 's'}"
    raise DataError(f"{origin} has {count}, but at least {least} are needed: add rows")
