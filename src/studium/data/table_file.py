"""CSV and Parquet files, and where a value stands in them."""

from __future__ import annotations

import csv
import itertools
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from studium.data.reading import unreadable
from studium.errors import DataError

SUFFIXES = (".csv", ".parquet")


@dataclass(frozen=True, eq=False)
class Table:
    """Rows as they were read; text is stripped of outer white space, and empty text is missing.

    Attributes:
        frame: N rows. The columns of a CSV file are all text.
        name: The file, in words.
        typed: Whether the columns' types mean something: they do in a Parquet file, not in a CSV file.
        path: The CSV file, to find lines in.
    """

    frame: pl.DataFrame
    name: str
    typed: bool = True
    path: Path | None = None

    def place(self, column: str, row: int) -> str:
        """Where a cell stands, in words: by line in a CSV file, else by row counted from 1."""
        line = None if self.path is None else _line_of(self.path, row)
        return f"column {column!r}, {f'row {row + 1}' if line is None else f'line {line}'} of {self.name}"


def open_table(source: Path | pl.DataFrame) -> Table:
    """Read a CSV file, a Parquet file, or take a frame.

    Raises:
        DataError: It cannot be read, has no headings, or a heading twice.
    """
    if isinstance(source, pl.DataFrame):
        return Table(_stripped(source), "the table")
    try:
        if not source.stat().st_size:
            raise DataError(f"{source} is empty, but a table has headings and rows: check the file")
        return _parquet(source) if source.suffix.lower() == ".parquet" else _csv(source)
    except OSError as error:
        raise unreadable(source, error) from error


def _parquet(path: Path) -> Table:
    try:
        frame = pl.read_parquet(path, glob=False)
    except pl.exceptions.PolarsError as error:
        raise DataError(
            f"{path} is not a readable Parquet file ({_first_line(error)}): write it again"
        ) from error
    return Table(_stripped(frame), str(path))


def _csv(path: Path) -> Table:
    headings = _headings(path)
    try:
        frame = pl.read_csv(path, has_header=True, new_columns=headings, infer_schema=False, glob=False)
    except pl.exceptions.PolarsError as error:
        raise DataError(_explain(path, headings, error)) from error
    return Table(_without_blank_end(_stripped(frame)), str(path), typed=False, path=path)


def _headings(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            headings = [cell.strip() for cell in next((record for record in csv.reader(file) if record), [])]
    except UnicodeDecodeError as error:
        raise DataError(_not_text(path)) from error
    except csv.Error as error:
        raise DataError(_not_csv(path, error)) from error
    _check_headings(headings, path)
    return headings


def _check_headings(headings: list[str], path: Path) -> None:
    if not any(headings):
        raise DataError(f"{path} is empty, but a table has headings and rows: check the file")
    if "" in headings:
        raise DataError(
            f"column {headings.index('') + 1} of {path} has no heading, but each needs one: name or delete it"
        )
    twice = [heading for number, heading in enumerate(headings) if heading in headings[:number]]
    if twice:
        raise DataError(f"{path} has the heading {twice[0]!r} twice, but headings must differ: rename one")
    if len(headings) == 1 and (";" in headings[0] or "\t" in headings[0]):
        raise DataError(
            f"{path} has the single heading {headings[0]!r}, but columns are separated by commas: save it so"
        )
    if all(_is_number(heading) for heading in headings) and not _is_enumeration(headings):
        raise DataError(
            f"{path} starts with the numbers {', '.join(headings[:3])}, but its first line must be headings: "
            "add them"
        )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _is_enumeration(headings: list[str]) -> bool:
    """Whether the headings are consecutive integers, as some programs number columns."""
    first = headings[0]
    return first.isdecimal() and headings == [str(int(first) + place) for place in range(len(headings))]


def _stripped(frame: pl.DataFrame) -> pl.DataFrame:
    text = pl.col(pl.String).str.strip_chars()
    return frame.with_columns(pl.when(text != "").then(text).name.keep())


def _without_blank_end(frame: pl.DataFrame) -> pl.DataFrame:
    filled = frame.select(pl.any_horizontal(pl.all().is_not_null())).to_series().arg_true()
    return frame.head(int(filled[-1]) + 1 if len(filled) else 0)


def _explain(path: Path, headings: list[str], error: Exception) -> str:
    """One sentence for a CSV file that cannot be parsed."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            for record in reader:
                if len(record) > len(headings):
                    return (
                        f"line {reader.line_num} of {path} has {len(record)} cells, but there are "
                        f"{len(headings)} headings: remove cells or quote text that holds a comma"
                    )
    except UnicodeDecodeError:
        return _not_text(path)
    except csv.Error:
        pass
    return _not_csv(path, error)


def _not_text(path: Path) -> str:
    content, valid = path.read_bytes(), 0
    try:
        content.decode()
    except UnicodeDecodeError as error:
        valid = error.start
    line = content[:valid].count(b"\n") + 1
    return f"line {line} of {path} is not UTF-8 text: save the file as CSV in UTF-8"


def _not_csv(path: Path, error: Exception) -> str:
    reason = _first_line(error)
    return f"{path} is not a readable CSV file ({reason}): put text with quotes or commas into double quotes"


def _line_of(path: Path, row: int) -> int | None:
    """Line, counted from 1, on which a row starts; found by parsing, as quoted text may span lines."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            next(record for record in reader if record)
            for _ in itertools.islice(reader, row):
                pass
            return reader.line_num + 1
    except (csv.Error, StopIteration, OSError):
        return None


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".:")
