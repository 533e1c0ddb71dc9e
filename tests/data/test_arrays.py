import numpy as np
import pytest
import torch

from studium.data import ImageSchema, TableSchema, dataset_from_arrays
from studium.errors import SettingError

from .sentences import refused

X = np.array([[1.0, 5.0], [2.0, 6.0], [3.0, 8.0]])
Y = np.array([0.5, 1.5, 2.5])
PICTURES = np.arange(3 * 4 * 5, dtype=np.uint8).reshape(3, 4, 5)
LABELS = np.array([0, 1, 0])


def test_a_matrix_is_a_table() -> None:
    data = dataset_from_arrays(X, Y)
    assert isinstance(data.schema, TableSchema)
    assert data.schema.feature_names == ("f0", "f1")
    assert torch.equal(data.inputs, torch.from_numpy(X))
    assert data.targets.tolist() == [[0.5], [1.5], [2.5]]


def test_one_column_of_numbers_is_a_table_with_one_feature() -> None:
    assert dataset_from_arrays(X[:, 0], Y).inputs.shape == (3, 1)


def test_several_targets() -> None:
    data = dataset_from_arrays(X, X + 1)
    assert (data.target_names, data.n_outputs) == (("target0", "target1"), 2)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((3, 4, 5), (1, 4, 5)),
        ((3, 1, 4, 5), (1, 4, 5)),
        ((3, 3, 4, 5), (3, 4, 5)),
        ((3, 4, 5, 3), (3, 4, 5)),
        ((3, 4, 5, 1), (1, 4, 5)),
        ((3, 3, 5, 3), (3, 5, 3)),  # when both could be channels, the second axis is
    ],
)
def test_a_stack_of_pictures_is_images(shape: tuple[int, ...], expected: tuple[int, ...]) -> None:
    x = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    data = dataset_from_arrays(x, LABELS)
    assert data.input_shape == expected
    assert (data.inputs.dtype, data.task, data.class_names) == (torch.uint8, "classification", ("0", "1"))
    channels_last = len(shape) == 4 and shape[1] not in (1, 3)
    reference = x.transpose(0, 3, 1, 2) if channels_last else x.reshape(3, *expected)
    np.testing.assert_array_equal(data.inputs, reference)


def test_wider_integers_are_pixels_when_they_fit() -> None:
    assert torch.equal(
        dataset_from_arrays(PICTURES.astype(np.int64), LABELS).inputs,
        dataset_from_arrays(PICTURES, LABELS).inputs,
    )


def test_the_arrays_are_copied() -> None:
    pictures = PICTURES.copy()
    data = dataset_from_arrays(pictures, LABELS)
    pictures[:] = 0
    assert data.inputs.any()


def test_class_names_belong_to_indices() -> None:
    data = dataset_from_arrays(X, LABELS, class_names=("cat", "dog", "cow"))
    assert (data.task, data.class_names, data.n_outputs) == ("classification", ("cat", "dog", "cow"), 3)
    assert data.targets.tolist() == [0, 1, 0]
    with refused("y[1]", "'3'", "0 to 2"):
        dataset_from_arrays(X, np.array([0, 3, 0]), class_names=("cat", "dog", "cow"))
    with refused("y[2]", "'-1'"):
        dataset_from_arrays(X, np.array([0, 1, -1]), class_names=("cat", "dog", "cow"))


def test_classes_called_by_numbers_are_sorted_as_numbers() -> None:
    data = dataset_from_arrays(PICTURES, np.array([10, 9, 10]))
    assert (data.class_names, data.targets.tolist()) == (("9", "10"), [1, 0, 1])


def test_boolean_targets_are_classes() -> None:
    assert dataset_from_arrays(X, np.array([True, False, True])).class_names == ("false", "true")


def test_a_task_against_the_schema_is_refused() -> None:
    like = dataset_from_arrays(X, Y)
    with refused("'classification'", "regression", error=SettingError):
        dataset_from_arrays(X, Y, task="classification", like=like)


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        (X[:1], Y[:1], ["only 1 row"]),
        (X[:0], Y[:0], ["no rows"]),
        (np.array(3.0), Y, ["no rows"]),
        (X, Y[:2], ["3 rows of x", "2 of y"]),
        (X, np.array(3.0), ["3 rows of x", "0 of y"]),
        (X[:, :0], Y, ["no columns"]),
        (np.full((3, 2), np.nan), Y, ["x[0, 0]", "nan"]),
        (np.array([[1.0], [np.inf], [2.0]]), Y, ["x[1, 0]", "inf"]),
        (X, np.array([0.5, np.nan, 1.0]), ["y[1]", "nan"]),
        (X, np.array([0.5, 0.5, 0.5]), ["target column 'target'", "0.5 in every row"]),
        (np.array([[1.0, 7.0], [2.0, 7.0], [3.0, 7.0]]), Y, ["column 'f1'", "7.0 in every row"]),
        (X, np.array(["cat"] * 3), ["one class", "'cat'"]),
        (X, np.eye(3, dtype=int), ["one-hot", "argmax"]),
        (np.array(["a", "b", "c"]), Y, ["type <U1"]),
        (X, np.array([None] * 3), ["type object"]),
        (np.zeros((3, 2, 2, 2, 2)), Y, ["shape (3, 2, 2, 2, 2)"]),
        (np.zeros((3, 4, 5)), LABELS, ["pixels of type float64", "0 to 255"]),
        (PICTURES.astype(int) + 250, LABELS, ["from 250 to 309"]),
        (np.zeros((3, 0, 5), np.uint8), LABELS, ["shape (3, 0, 5)"]),
        (np.zeros((3, 5, 5, 7), np.uint8), LABELS, ["neither its second nor its last axis"]),
    ],
)
def test_bad_arrays(x: np.ndarray, y: np.ndarray, words: list[str]) -> None:
    with refused(*words):
        dataset_from_arrays(x, y)


def test_other_arrays_must_fit_the_first() -> None:
    table, images = dataset_from_arrays(X, Y), dataset_from_arrays(PICTURES, LABELS)
    assert dataset_from_arrays(X[:1], Y[:1], like=table).targets.tolist() == [[0.5]]
    assert dataset_from_arrays(PICTURES[:1], LABELS[:1], like=images).schema == ImageSchema(
        channels=1, height=4, width=5
    )
    with refused("1 columns", "2 are needed"):
        dataset_from_arrays(X[:, :1], Y, like=table)
    with refused("2 targets", "1 are needed"):
        dataset_from_arrays(X, X, like=table)
    with refused("1x5x4", "1x4x5 are needed"):
        dataset_from_arrays(PICTURES.transpose(0, 2, 1), LABELS, like=images)
    with refused("is a table", "1x4x5"):
        dataset_from_arrays(X, LABELS, like=images)
    with refused("holds images", "f0, f1"):
        dataset_from_arrays(PICTURES, Y, like=table)
    with refused("'2'", "0, 1"):
        dataset_from_arrays(PICTURES, np.array([0, 1, 2]), like=images)
    with refused("'cat'", "number"):
        dataset_from_arrays(X, np.array(["cat"] * 3), like=table)
