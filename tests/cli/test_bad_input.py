"""Bad input: exit code 2 and one sentence with the value, the rule and the cure; nothing is half-written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.program import complaint

CURVE = ("train", "--data", "curve", "--model", "net")
DIGITS = ("train", "--data", "digits", "--model", "cnn")


@pytest.fixture(autouse=True)
def files(own_place: Path) -> None:
    rows = "".join(f"{index},{index * index % 7},{'ab'[index % 2]}\n" for index in range(40))
    tables = {
        "good.csv": f"x,y,kind\n{rows}",
        "constant.csv": "x,y\n1,2\n1,3\n1,4\n",
        "text.csv": "x,y\n1,2\n2,3\nthree,4\n4,5\n",
        "nan.csv": "x,y\n1,2\nnan,3\n3,4\n",
        "infinite.csv": "x,y\n1,2\n2,inf\n3,4\n",
        "gap.csv": "x,y\n1,2\n,3\n3,4\n",
        "empty.csv": "",
        "headings.csv": "x,y\n",
        "one-row.csv": "x,y\n1,2\n",
        "one-class.csv": "x,kind\n1,a\n2,a\n3,a\n",
        "four-rows.csv": "x,y\n1,2\n2,3\n3,5\n4,4\n",
        "rare.csv": "x,kind\n" + "".join(f"{index},a\n" for index in range(20)) + "21,b\n",
        "other-class.csv": "x,y,kind\n1,2,c\n2,3,a\n",
        "junk.bin": "junk",
        "not-a-picture.png": "junk",
    }
    for name, content in tables.items():
        (own_place / name).write_text(content)
    for folder, side in (("pictures/a", 8), ("pictures/b", 9)):
        (own_place / folder).mkdir(parents=True)
        Image.fromarray(np.zeros((side, side), dtype=np.uint8)).save(own_place / folder / "p.png")
    Image.fromarray(np.zeros((28, 28), dtype=np.uint8)).save(own_place / "large.png")
    (own_place / "thesis").mkdir()
    (own_place / "thesis" / "thesis.txt").write_text("mine")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        # Names that do not exist
        (("trian",), "'trian'. Did you mean 'train'?"),
        ((*CURVE, "--epoch", "3"), "'--epoch'; did you mean '--epochs'?"),
        (("train", "--data", "crve", "--model", "net"), "'crve'; did you mean 'curve'?"),
        (("train", "--data", "curve", "--model", "nett"), "'nett'; did you mean 'net'?"),
        ((*CURVE, "--optimizer", "adan"), "'adan'; did you mean 'adam'?"),
        ((*CURVE, "--schedule", "cosin"), "'cosin'; did you mean 'cosine'?"),
        ((*CURVE, "--loss", "hubert"), "'hubert'; did you mean 'huber'?"),
        ((*CURVE, "--activation", "rely"), "'rely'; did you mean 'relu'?"),
        ((*CURVE, "--initialisation", "orthogonl"), "'orthogonl'; did you mean 'orthogonal'?"),
        ((*CURVE, "--device", "gpu"), "no device 'gpu'"),
        ((*DIGITS, "--augment", "flop=1"), "'flop'; did you mean 'flip'?"),
        (("train", "--data", "good.csv", "--target", "z", "--model", "net"), "'z'"),
        (
            ("train", "--data", "good.csv", "--task", "regresion", "--model", "net"),
            "did you mean 'regression'?",
        ),
        (("train", "--data", "gone.csv", "--model", "net"), "no file or folder gone.csv"),
        (("data", "show", "digit"), "did you mean 'digits'?"),
        # Settings outside their range
        ((*CURVE, "--lr", "0"), "--lr is 0.0, but"),
        ((*CURVE, "--lr", "-1"), "--lr is -1.0, but"),
        ((*CURVE, "--lr", "nan"), "--lr is nan, but"),
        ((*CURVE, "--lr", "inf"), "--lr is inf, but"),
        ((*CURVE, "--lr", "fast"), "--lr is 'fast', but"),
        ((*CURVE, "--epochs", "0"), "--epochs is 0, but"),
        ((*CURVE, "--epochs", "1.5"), "--epochs is '1.5', but"),
        ((*CURVE, "--batch-size", "0"), "--batch-size is 0, but"),
        ((*CURVE, "--weight-decay", "-1"), "--weight-decay is -1.0, but"),
        ((*CURVE, "--optimizer", "momentum", "--momentum", "1"), "--momentum is 1.0, but"),
        ((*CURVE, "--patience", "0"), "--patience is 0, but"),
        ((*CURVE, "--seed", "-1"), "--seed is '-1', but"),
        ((*CURVE, "--threads", "0"), "--threads is '0', but"),
        ((*CURVE, "--validation", "1"), "validation share is 1.0"),
        ((*CURVE, "--precision", "float16"), "--precision is 'float16', but"),
        ((*CURVE, "--hidden", "64,x"), "--hidden is '64,x', but"),
        ((*CURVE, "--hidden", "0"), "--hidden is '0', but"),
        ((*CURVE, "--hidden", ""), "--hidden is '', but"),
        (("train", "--data", "curve", "--model", "net_d", "--dropout", "1"), "--dropout is 1.0, but"),
        ((*DIGITS, "--augment", "flip=2"), "--augment flip is 2.0, but"),
        ((*DIGITS, "--augment", "shift"), "--augment has 'shift', but"),
        ((*DIGITS, "--augment", "flip=1,flip=0"), "--augment has 'flip' twice"),
        (("cv", "--data", "curve", "--model", "net", "--folds", "1"), "number of folds is 1"),
        (("cv", "--data", "curve", "--model", "net", "--seeds", "0"), "number of seeds is 0"),
        # Settings that contradict each other
        ((*CURVE, "--optimizer", "adam", "--momentum", "0.9"), "optimizer adam has no momentum"),
        ((*CURVE, "--dropout", "0.5"), "choose --model net_d"),
        ((*DIGITS, "--dropout", "0.5"), "choose --model cnn_d"),
        (("train", "--data", "digits", "--model", "resnet", "--dropout", "0.5"), "choose --model cnn_d"),
        ((*CURVE, "--loss", "cross_entropy"), "'cross_entropy', but the data's task is regression"),
        ((*CURVE, "--label-smoothing", "0.1"), "--label-smoothing is 0.1, but it only works with classes"),
        ((*CURVE, "--step-epochs", "3"), "--step-epochs is 3, but it only works with --schedule step"),
        ((*CURVE, "--min-improvement", "0.1"), "--min-improvement is 0.1, but it only works with --patience"),
        ((*CURVE, "--augment", "flip=0.5"), "augmentation needs images"),
        ((*CURVE, "--flip-averaging"), "flip averaging needs images, but curve is a table"),
        ((*CURVE, "--mixed-precision", "--precision", "float64"), "leave one of them out"),
        ((*CURVE, "--patience", "3", "--validation", "0"), "no validation rows"),
        (("train", "--data", "curve", "--model", "cnn"), "needs images"),
        (("train", "--data", "curve", "--task", "classification", "--model", "net"), "is a regression"),
        # Data
        (("train", "--data", "constant.csv", "--model", "net"), "'x' of constant.csv is 1"),
        (("train", "--data", "text.csv", "--model", "net"), "line 4 of text.csv is 'three'"),
        (("train", "--data", "nan.csv", "--model", "net"), "line 3 of nan.csv is nan"),
        (("train", "--data", "infinite.csv", "--model", "net"), "line 3 of infinite.csv is inf"),
        (("train", "--data", "gap.csv", "--model", "net"), "line 3 of gap.csv is empty"),
        (("train", "--data", "empty.csv", "--model", "net"), "empty.csv is empty"),
        (("train", "--data", "headings.csv", "--model", "net"), "headings.csv has no rows"),
        (("train", "--data", "one-row.csv", "--model", "net"), "only 1 row"),
        (("train", "--data", "one-class.csv", "--model", "net"), "has one class, 'a'"),
        (("train", "--data", "rare.csv", "--model", "net"), "class 'b' of rare has 1 rows"),
        (("train", "--data", "pictures", "--model", "fc"), "8x8 pixels and pictures/b/p.png is 9x9"),
        (("train", "--data", "junk.bin", "--model", "net"), "junk.bin is of no known kind"),
        (("cv", "--data", "four-rows.csv", "--model", "net", "--folds", "5"), "4 rows for 5 folds"),
        (
            ("train", "--data", "good.csv", "--test", "other-class.csv", "--model", "net"),
            "'c', which is outside the classes a, b",
        ),
        # Places
        ((*CURVE, "--out", "thesis"), "thesis is there already and is not a Studium model"),
        ((*CURVE, "--out", "good.csv"), "good.csv is there already"),
        ((*CURVE, "--out", "good.csv/model"), "cannot write"),
        # Usage
        (("train", "--model", "net"), "missing option '--data'"),
        ((*CURVE, "--epochs"), "'--epochs' requires an argument"),
        ((*CURVE, "more"), "unexpected extra argument"),
        (("data",), "missing command"),
    ],
)
def test_a_bad_input_is_one_sentence(arguments: tuple[str, ...], words: str, own_place: Path) -> None:
    before = sorted(own_place.rglob("*"))
    sentence = complaint(*arguments)
    assert sentence.startswith("error: ")
    assert words in sentence
    assert sorted(own_place.rglob("*")) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("gone", "3"), "there is no model folder gone"),
        (("thesis", "3"), "thesis is not a Studium model"),
        (("m-curve", "1,2"), "'1,2' has 2 values, but the model takes 1 (input)"),
        (("m-curve", "nan"), "is nan, but a number must be finite"),
        (("m-curve", "-inf"), "is -inf, but a number must be finite"),
        (("m-curve", "three"), "'three' is neither a file nor DATA:INDEX"),
        (("m-curve", ""), "'' is neither a file nor DATA:INDEX"),
        (("m-curve", "curve:100"), "curve has 100 test rows, so the index 100 is outside 0 to 99"),
        (("m-curve", "digits:0"), "digits"),
        (("m-curve", "crve:0"), "did you mean 'curve'?"),
        (("m-curve", "large.png"), "table with the columns input is needed"),
        (("m-curve", "empty.csv"), "empty.csv is empty"),
        (("m-curve", "constant.csv"), "has no column 'input'"),
        (("m-curve", "--jsn", "3"), "there is no option '--jsn'"),
        (("m-curve",), "missing argument 'INPUT...'"),
        (("m-digits", "3"), "a picture of 8x8 pixels"),
        (("m-digits", "large.png"), "large.png is 28x28 pixels, but 8x8 are needed"),
        (("m-digits", "not-a-picture.png"), "not-a-picture.png"),
        (("m-digits", "pictures"), "pictures is a folder"),
        (("m-digits", "good.csv"), "good.csv is a table"),
        (("m-digits", "curve:0"), "curve"),
    ],
)
def test_a_bad_input_to_a_model_is_one_sentence(
    arguments: tuple[str, ...], words: str, curve_folder: str, digits_folder: str
) -> None:
    assert words in complaint("predict", *arguments)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("gone", "--data", "curve"), "there is no model folder gone"),
        (("m-curve", "--data", "digits"), "digits"),
        (("m-curve", "--data", "good.csv"), "good.csv has no column 'label'"),
        (("m-curve", "--data", "curve", "--task", "classification"), "--task is 'classification', but"),
        (("m-curve", "--data", "curve", "--target", "y"), "--target is 'y', but the model predicts 'label'"),
        (("m-curve", "--data", "curve", "--device", "tpu"), "no device 'tpu'"),
    ],
)
def test_a_bad_evaluation_is_one_sentence(arguments: tuple[str, ...], words: str, curve_folder: str) -> None:
    assert words in complaint("evaluate", *arguments)
