import csv
import io
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studium.data import Column, Dataset, TableSchema, encode_table, open_dataset
from studium.errors import DataError, StudiumError, UnknownNameError

from .sentences import refused

HOUSES = """size,colour,garden,price
50,red,true,100.5
60,blue,false,120.0
70,red,true,140.25
80,green,true,160.0
"""


@pytest.fixture
def houses(tmp_path: Path) -> Path:
    path = tmp_path / "houses.csv"
    path.write_text(HOUSES)
    return path


def write(folder: Path, text: str | bytes, name: str = "data.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_numbers_words_and_booleans_become_inputs(houses: Path) -> None:
    data = open_dataset(houses)
    assert isinstance(data.schema, TableSchema)
    assert data.schema.feature_names == (
        "size",
        "colour=blue",
        "colour=green",
        "colour=red",
        "garden=false",
        "garden=true",
    )
    assert data.inputs.dtype == torch.float64
    assert data.inputs.tolist() == [
        [50, 0, 0, 1, 0, 1],
        [60, 1, 0, 0, 1, 0],
        [70, 0, 0, 1, 0, 1],
        [80, 0, 1, 0, 0, 1],
    ]
    assert (data.task, data.target_names, data.name) == ("regression", ("price",), "houses")
    assert data.targets.tolist() == [[100.5], [120.0], [140.25], [160.0]]


def test_parquet_gives_the_same_dataset_as_csv(houses: Path, tmp_path: Path) -> None:
    typed = pl.read_csv(houses).with_columns(pl.col("colour").cast(pl.Categorical))
    assert typed.schema["garden"] == pl.Boolean
    typed.write_parquet(tmp_path / "houses.parquet")
    assert open_dataset(tmp_path / "houses.parquet").checksum == open_dataset(houses).checksum


def test_words_in_parquet_stay_words_also_when_they_look_like_numbers(tmp_path: Path) -> None:
    pl.DataFrame({"code": ["07", "08", "07"], "y": [1.5, 2.5, 3.5]}).write_parquet(tmp_path / "codes.parquet")
    schema = open_dataset(tmp_path / "codes.parquet").schema
    assert schema == TableSchema(columns=(Column(name="code", categories=("07", "08")),))


@pytest.mark.parametrize(
    ("target", "task", "names"),
    [
        (["cat", "dog"] * 2, "classification", ("cat", "dog")),
        (["true", "false"] * 2, "classification", ("false", "true")),
        ([9, 10] * 5, "classification", ("9", "10")),
        ([9, 10] * 4 + [9], "regression", ()),  # fewer than 5 rows a value
        (list(range(20)) * 5, "classification", tuple(str(value) for value in range(20))),
        (list(range(21)) * 5, "regression", ()),  # more than 20 values
        ([1.5, 2.5] * 20, "regression", ()),
        ([1.0, 2.0] * 20, "regression", ()),
    ],
)
def test_the_target_decides_the_task(
    tmp_path: Path, target: list[object], task: str, names: tuple[str, ...]
) -> None:
    text = "x,y\n" + "".join(f"{row},{value}\n" for row, value in enumerate(target))
    data = open_dataset(write(tmp_path, text))
    assert (data.task, data.class_names) == (task, names)


def test_the_task_can_be_chosen(tmp_path: Path) -> None:
    path = write(tmp_path, "x,y\n1,3.0\n2,4.0\n3,3.0\n")
    assert open_dataset(path).task == "regression"
    chosen = open_dataset(path, task="classification")
    assert (chosen.class_names, chosen.targets.tolist()) == (("3", "4"), [0, 1, 0])
    many = write(tmp_path, "x,y\n" + "".join(f"{row},{row % 2}\n" for row in range(20)))
    assert open_dataset(many).task == "classification"
    assert open_dataset(many, task="regression").targets.shape == (20, 1)


def test_mixed_words_and_numbers_are_classes_when_asked_for(tmp_path: Path) -> None:
    path = write(tmp_path, "x,y\n1,1\n2,2\n3,2b\n4,1\n")
    with refused("'2b'", "column 'y'", "line 4"):
        open_dataset(path)
    assert open_dataset(path, task="classification").class_names == ("1", "2", "2b")


def test_the_target_is_a_column_by_name_or_several(houses: Path) -> None:
    assert open_dataset(houses, target="colour").class_names == ("blue", "green", "red")
    both = open_dataset(houses, target="size, price")
    assert both.target_names == ("size", "price")
    assert both.targets[0].tolist() == [50, 100.5]
    assert both.input_shape == (5,)


def test_numbered_headings_are_headings(tmp_path: Path) -> None:
    data = open_dataset(write(tmp_path, "0,1,2\n1,2,0.5\n2,3,1.5\n"))
    assert data.target_names == ("2",)


def test_a_heading_with_a_comma_is_one_target(tmp_path: Path) -> None:
    path = write(tmp_path, 'x,"length, m"\n1,1.5\n2,2.5\n')
    assert open_dataset(path, target="length, m").target_names == ("length, m",)


def test_white_space_byte_order_mark_and_blank_end_do_not_matter(tmp_path: Path) -> None:
    plain = write(tmp_path, "x,c,y\n1,a,0.5\n2,b,1.5\n", "plain.csv")
    spaced = write(tmp_path, "\ufeffx , c, y\r\n 1 , a ,0.5\r\n2,b,1.5 \r\n\r\n,,\r\n", "spaced.csv")
    assert open_dataset(plain).checksum == open_dataset(spaced).checksum


WORDS = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=6)
CELLS = st.tuples(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from("abcd"), WORDS)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(CELLS, min_size=2, max_size=30), between=st.sampled_from(["", ",", '"', "\n", " ; "]))
def test_what_a_csv_writer_writes_is_read_back(
    tmp_path: Path, rows: list[tuple[float, str, str]], between: str
) -> None:
    texts = [f"w{letter}{between}{word}!" for _, letter, word in rows]
    numbers = [number + row if row else number for row, (number, _, _) in enumerate(rows)]
    if len(set(texts)) < 2 or len(set(texts)) > 20 or len(set(numbers)) < 2:
        return
    text = io.StringIO()
    csv.writer(text).writerows([("text", "number", "y"), *zip(texts, numbers, numbers, strict=True)])
    data = open_dataset(write(tmp_path, text.getvalue()), task="regression")
    assert isinstance(data.schema, TableSchema)
    assert data.schema.columns[0].categories == tuple(sorted(set(texts)))
    assert data.inputs[:, -1].tolist() == numbers
    assert data.targets[:, 0].tolist() == numbers
    chosen = data.inputs[:, :-1].argmax(dim=1)
    assert [data.schema.columns[0].categories[index] for index in chosen] == texts


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    heights=st.lists(st.integers(0, 3), min_size=3, max_size=20),
    blank_start=st.integers(0, 2),
    wrong=st.integers(0, 19),
    cell=st.sampled_from(["", "oops", "nan", "inf"]),
)
def test_the_line_of_a_wrong_cell_is_named(
    tmp_path: Path, heights: list[int], blank_start: int, wrong: int, cell: str
) -> None:
    wrong %= len(heights)
    lines = "\n" * blank_start + "text,x,y\n"
    line_numbers = []
    for row, height in enumerate(heights):
        line_numbers.append(lines.count("\n") + 1)
        lines += f'"w{row % 5}{chr(10) * height}",{cell if row == wrong else row},{row}\n'
    with refused("column 'x'", f"line {line_numbers[wrong]} of "):
        open_dataset(write(tmp_path, lines), task="regression")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=60) | st.text(alphabet='ab1,."\n\r ;', max_size=60).map(str.encode))
def test_any_file_gives_a_dataset_or_a_sentence(tmp_path: Path, content: bytes) -> None:
    try:
        assert isinstance(open_dataset(write(tmp_path, content)), Dataset)
    except StudiumError as error:
        assert "\n" not in str(error)  # noqa: PT017 - both outcomes are right


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["is empty"]),
        ("\n\n", ["is empty"]),
        ("x,y\n", ["has no rows", "at least 2"]),
        ("x,y\n1,2\n", ["only 1 row", "at least 2"]),
        ("x,y\n1,2\n,\n3,4\n", ["column 'x'", "line 3", "is empty"]),
        ("x,y\n1,2\n2\n", ["column 'y'", "line 3", "is empty"]),
        ("x,y\n1,2\n2,3,4\n", ["line 3", "3 cells", "2 headings"]),
        ("x,y\n1,2\nNA,3\n3,4\n", ["column 'x'", "line 3", "'NA'", "text in a numeric column"]),
        ("x,y\n1,2\n2,1.5\n3,six\n", ["column 'y'", "line 4", "'six'", "text in a numeric column"]),
        ("x,y\n1,2\nNaN,3\n3,4\n", ["column 'x'", "line 3", "nan", "finite"]),
        ("x,y\n1,2\n-inf,3\n3,4\n", ["column 'x'", "line 3", "-inf", "finite"]),
        ("x,y\n1,2\n1e999,3\n3,4\n", ["column 'x'", "line 3", "inf", "finite"]),
        ("x,y\n1,2.5\n2,nan\n3,4\n", ["column 'y'", "line 3", "nan"]),
        ("x,y,z\n1,7,0.5\n2,7,1.5\n", ["column 'y'", "7.0 in every row", "constant"]),
        ("x,y,z\n1,a,0.5\n2,a,1.5\n", ["column 'y'", "a in every row", "constant"]),
        ("x,y\n1,7.5\n2,7.5\n", ["target column 'y'", "7.5 in every row"]),
        ("x,y\n1,cat\n2,cat\n", ["one class", "'cat'"]),
        ("x,y\n" + "".join(f"{row},name{row}\n" for row in range(30)), ["'y'", "30 different values"]),
        ("x,y\n" + "".join(f"name{row},{row}.5\n" for row in range(30)), ["'x'", "30 different texts"]),
        ("x,x,y\n1,2,3\n2,3,4\n", ["heading 'x' twice"]),
        ("x,,y\n1,2,3\n2,3,4\n", ["column 2", "no heading"]),
        ("x;y\n1;2\n2;3\n", ["'x;y'", "commas"]),
        ("0.5,1.5\n1,2\n2,3\n", ["starts with the numbers 0.5, 1.5", "headings"]),
        ("1,5\n1,2\n2,3\n", ["starts with the numbers 1, 5", "headings"]),
        ("y\n1\n2\n", ["no column beside the target"]),
        (b"x,y\n1,2\n\xff,3\n", ["line 3", "UTF-8"]),
        (b"\xff,y\n1,2\n2,3\n", ["line 1", "UTF-8"]),
        ('x,y\n"1,2\n2,3\n', ["not a readable CSV"]),
    ],
)
def test_bad_csv(tmp_path: Path, text: str | bytes, words: list[str]) -> None:
    with refused("data.csv", *words):
        open_dataset(write(tmp_path, text))


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"x": [], "y": []}, ["no rows"]),
        ({"x": [1.0, None], "y": [1, 2]}, ["column 'x'", "row 2", "is empty"]),
        ({"x": ["a", " "], "y": [1, 2]}, ["column 'x'", "row 2", "is empty"]),
        ({"x": [1.0, float("nan")], "y": [1, 2]}, ["column 'x'", "row 2", "nan"]),
        ({"x": [[1], [2]], "y": [1, 2]}, ["column 'x'", "type List"]),
    ],
)
def test_bad_parquet(tmp_path: Path, columns: dict[str, list[object]], words: list[str]) -> None:
    pl.DataFrame(columns).write_parquet(tmp_path / "data.parquet")
    with refused("data.parquet", *words):
        open_dataset(tmp_path / "data.parquet")


def test_damaged_parquet(tmp_path: Path) -> None:
    with refused("data.parquet", "not a readable Parquet"):
        open_dataset(write(tmp_path, b"PAR1 no more", "data.parquet"))


def test_bad_choice_of_target(houses: Path) -> None:
    with refused("'prize'", "did you mean 'price'", error=UnknownNameError):
        open_dataset(houses, target="prize")
    with refused("'size'", "twice"):
        open_dataset(houses, target="size,size")
    with refused("column 'colour'", "line 2", "'red'"):
        open_dataset(houses, target="colour", task="regression")
    with refused("column 'price'", "line 2", "100.5", "whole number"):
        open_dataset(houses, task="classification")
    with refused("2 targets"):
        open_dataset(houses, target="size,price", task="classification")


def test_a_test_file_is_read_with_the_schema_of_the_training_file(houses: Path, tmp_path: Path) -> None:
    test = write(tmp_path, "price,garden,extra,colour,size\n99.5,false,7,blue,10\n", "test.csv")
    data = open_dataset(houses, test=test)
    assert data.test_rows is not None
    assert data.test_rows.tolist() == [4]
    assert data.inputs[4].tolist() == [10, 1, 0, 0, 1, 0]
    assert data.targets[4].tolist() == [99.5]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("size,colour,garden,price\n1,pink,true,2\n", ["'pink'", "line 2", "blue, green, red"]),
        ("size,colour,price\n1,red,2\n", ["no column 'garden'"]),
        ("size,colour,garden\n1,red,true\n", ["no column 'price'"]),
        ("size,colour,garden,price\n1,red,true,many\n", ["'many'", "line 2", "text in a numeric column"]),
        ("size,colour,garden,price\n", ["no rows", "at least 1"]),
    ],
)
def test_bad_test_file(houses: Path, tmp_path: Path, text: str, words: list[str]) -> None:
    with refused("test.csv", *words):
        open_dataset(houses, test=write(tmp_path, text, "test.csv"))


def test_a_test_label_outside_the_classes(tmp_path: Path) -> None:
    train = write(tmp_path, "x,y\n1,cat\n2,dog\n")
    with refused("'cow'", "line 2", "cat, dog"):
        open_dataset(train, test=write(tmp_path, "x,y\n1,cow\n", "test.csv"))
    numbered = write(tmp_path, "x,y\n" + "1,3\n2,4\n" * 5, "numbered.csv")
    with refused("'0'", "line 2", "3, 4"):
        open_dataset(numbered, test=write(tmp_path, "x,y\n1,0\n", "test.csv"))
    assert open_dataset(numbered, test=write(tmp_path, "x,y\n1,4\n", "test.csv")).targets[-1] == 1


def test_a_number_is_a_class_name_in_a_table_never_a_position(tmp_path: Path) -> None:
    train = write(tmp_path, "x,y\n1,one\n2,1\n3,2b\n4,two\n")
    data = open_dataset(train, test=write(tmp_path, "x,y\n1,1\n", "test.csv"))
    assert data.class_names[data.targets[-1]] == "1"
    with refused("'2'", "line 2"):
        open_dataset(train, test=write(tmp_path, "x,y\n1,2\n", "test.csv"))


SCHEMA = TableSchema(columns=(Column(name="n"), Column(name="c", categories=("a", "b"))))


def test_new_rows_are_encoded_by_the_schema(tmp_path: Path) -> None:
    frame = pl.DataFrame({"c": ["b", "a"], "other": [None, None], "n": [1, 2]})
    expected = [[1.0, 0.0, 1.0], [2.0, 1.0, 0.0]]
    assert encode_table(SCHEMA, frame).tolist() == expected
    frame.write_parquet(tmp_path / "rows.parquet")
    assert encode_table(SCHEMA, tmp_path / "rows.parquet").tolist() == expected
    assert encode_table(SCHEMA, write(tmp_path, "n,c\n1,b\n2,a\n")).tolist() == expected


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"n": [1.0], "c": ["z"]}, ["'z'", "column 'c'", "row 1", "a, b"]),
        ({"n": [1.0]}, ["no column 'c'"]),
        ({"n": ["one"], "c": ["a"]}, ["'one'", "column 'n'", "text in a numeric column"]),
        ({"n": [True], "c": ["a"]}, ["'true'", "column 'n'", "text in a numeric column"]),
        ({"n": [float("nan")], "c": ["a"]}, ["column 'n'", "nan"]),
        ({"n": [float("inf")], "c": ["a"]}, ["column 'n'", "inf"]),
        ({"n": [1.0, None], "c": ["a", "b"]}, ["column 'n'", "row 2", "is empty"]),
        ({"n": [], "c": []}, ["no rows"]),
    ],
)
def test_new_rows_that_do_not_fit_the_schema(columns: dict[str, list[object]], words: list[str]) -> None:
    with refused(*words):
        encode_table(SCHEMA, pl.DataFrame(columns))


def test_encoding_the_training_file_gives_the_training_inputs(houses: Path) -> None:
    data = open_dataset(houses)
    assert isinstance(data.schema, TableSchema)
    np.testing.assert_array_equal(encode_table(data.schema, houses), data.inputs)


def test_an_unreadable_file(tmp_path: Path) -> None:
    folder = tmp_path / "folder.csv"
    folder.mkdir()
    with pytest.raises(DataError, match="cannot be read"):
        encode_table(SCHEMA, folder)
