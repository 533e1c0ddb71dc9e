from __future__ import annotations

from studium.report.figures import confusion_data, draw_confusion
from studium.report.figures.confusion import ConfusionData, confusion_words
from tests.report.known import confusion, result

CLASSES = ("coat", "bag", "shoe")
COUNTS = ((6, 2, 2), (0, 5, 0), (1, 0, 3))


def gathered(
    counts: tuple[tuple[int, ...], ...] = COUNTS, classes: tuple[str, ...] = CLASSES
) -> ConfusionData:
    data = confusion_data(result(classes=classes, evidence=confusion(counts, classes)))
    assert data is not None
    return data


def test_shares_are_of_the_true_class() -> None:
    data = gathered()
    assert data.shares == ((0.6, 0.2, 0.2), (0.0, 1.0, 0.0), (0.25, 0.0, 0.75))
    assert data.recalls == (0.6, 1.0, 0.75)
    assert [(each.true, each.predicted, each.count) for each in data.mistakes] == [
        ("coat", "bag", 2),
        ("coat", "shoe", 2),
        ("shoe", "coat", 1),
    ]


def test_a_class_without_rows_has_no_share() -> None:
    data = gathered(((0, 0), (0, 4)), ("coat", "bag"))
    assert data.recalls == (None, 1.0)
    drawing = draw_confusion("f", data)
    assert drawing.table.rows[0] == ("coat", "0", "0", "–")
    assert "There is no mistake" in drawing.alternative


def test_the_words_name_the_ends_and_the_mistakes() -> None:
    words = confusion_words(gathered())
    assert "Best recognised is bag (100.0%), worst coat (60.0%)." in words
    assert "coat taken for bag, 2 times (20.0% of its rows)" in words
    assert "shoe taken for coat, 1 time (25.0% of its rows)" in words


def test_the_drawing_counts_rows_and_colours_shares() -> None:
    drawing = draw_confusion("f", gathered())
    (heatmap,) = drawing.figure.data
    assert [list(row) for row in heatmap.text] == [list(row) for row in COUNTS]
    assert [list(row) for row in heatmap.z] == [[0.6, 0.2, 0.2], [0.0, 1.0, 0.0], [0.25, 0.0, 0.75]]
    assert list(heatmap.x) == list(heatmap.y) == list(CLASSES)
    assert drawing.table.header == ("true class", *CLASSES, "right")
    assert drawing.table.rows[0] == ("coat", "6", "2", "2", "60.0%")


def test_many_classes_have_colours_only() -> None:
    classes = tuple(f"class {number}" for number in range(21))
    counts = tuple(tuple(int(row == column) for column in range(21)) for row in range(21))
    (heatmap,) = draw_confusion("f", gathered(counts, classes)).figure.data
    assert heatmap.texttemplate is None


def test_names_that_look_the_same_keep_their_places() -> None:
    names = ("a very long name, the first", "a very long name, the second")
    (heatmap,) = draw_confusion("f", gathered(((1, 0), (0, 1)), names)).figure.data
    assert len(set(heatmap.x)) == 2


def test_a_regression_has_no_matrix() -> None:
    assert confusion_data(result()) is None
