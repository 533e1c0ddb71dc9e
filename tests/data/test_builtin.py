import gzip
import hashlib
import os
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

from studium.data import (
    TableSchema,
    add_files,
    builtin_datasets,
    curve_function,
    dataset_from_arrays,
    make_curve,
    open_dataset,
    split,
)
from studium.data.builtin.fashion_mnist import FASHION_MNIST
from studium.errors import SettingError, UnavailableError

from .sentences import refused

INSTALLED = Path("/usr/share/datasets/fashion-mnist")
needs_fashion_mnist = pytest.mark.skipif(
    not INSTALLED.is_dir() and not os.environ.get("CI"), reason="needs Debian's package dataset-fashion-mnist"
)

# As the authors publish them, beside the files.
PUBLISHED_MD5 = {
    "train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    "train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
    "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
    "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310",
}
PUBLISHED_TIME = {"train": 1504176606, "t10k": 1504176627}  # in the gzip headers, 31 August 2017


def as_published(name: str) -> bytes:
    """The published file: Debian's, with the time and the name in the gzip header that Debian leaves out."""
    debian = (INSTALLED / name).read_bytes()
    assert debian[:4] == b"\x1f\x8b\x08\x00"  # no name
    time = struct.pack("<I", PUBLISHED_TIME[name.split("-")[0]])
    return b"\x1f\x8b\x08\x08" + time + debian[8:10] + name.removesuffix(".gz").encode() + b"\0" + debian[10:]


@needs_fashion_mnist
def test_both_wrappings_of_fashion_mnist_are_known() -> None:
    for file in FASHION_MNIST.files:
        published = as_published(file.name)
        assert hashlib.md5(published).hexdigest() == PUBLISHED_MD5[file.name]
        assert hashlib.sha256(published).hexdigest() == file.sha256
        assert len(published) == file.size
        assert file.accepts((INSTALLED / file.name).read_bytes())


@needs_fashion_mnist
def test_fashion_mnist() -> None:
    data = open_dataset("fashion-mnist", offline=True)
    assert data.mirrorable
    assert not open_dataset("digits").mirrorable
    assert (data.inputs.shape, data.inputs.dtype) == ((70_000, 1, 28, 28), torch.uint8)
    assert data.test_rows is not None
    assert data.test_rows.tolist() == list(range(60_000, 70_000))
    assert data.class_names[4] == "Coat"
    assert data.targets[:60_000].bincount().tolist() == [6000] * 10
    assert data.targets[60_000:].bincount().tolist() == [1000] * 10
    raw = gzip.decompress((INSTALLED / "t10k-images-idx3-ubyte.gz").read_bytes())[16:]
    np.testing.assert_array_equal(data.inputs[60_000:].flatten(), np.frombuffer(raw, np.uint8))
    assert data.targets[:5].tolist() == [9, 0, 0, 3, 0]
    assert data.inputs[:60_000].double().mean() / 255 == pytest.approx(0.2860, abs=5e-5)  # as is well known
    parts = split(data)
    assert [len(part) for part in (parts.train, parts.validation, parts.test)] == [48_000, 12_000, 10_000]
    assert data.targets[parts.validation].bincount().tolist() == [1200] * 10


@needs_fashion_mnist
def test_fashion_mnist_is_added_to_the_cache_and_read_as_an_idx_pair(cache: Path) -> None:
    small = [INSTALLED / "t10k-images-idx3-ubyte.gz", INSTALLED / "t10k-labels-idx1-ubyte.gz"]
    assert add_files(small) == [cache / "fashion-mnist" / path.name for path in small]
    pair = open_dataset(cache / "fashion-mnist" / small[0].name)
    assert pair.class_names == tuple("0123456789")


def test_fashion_mnist_that_cannot_be_had(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(
        "studium.data.builtin.fashion_mnist.FASHION_MNIST",
        FASHION_MNIST.__class__(FASHION_MNIST.name, FASHION_MNIST.files),
    )
    with refused(*PUBLISHED_MD5, "26,421,880", "studium data add", error=UnavailableError):
        open_dataset("fashion-mnist", offline=True, directory=tmp_path)


def test_digits() -> None:
    data, original = open_dataset("digits"), load_digits()
    assert data.test_rows is not None
    assert (data.input_shape, data.inputs.dtype) == ((1, 8, 8), torch.uint8)
    assert (len(data), len(data.test_rows)) == (1797, 355)
    pixels = np.concatenate(
        [data.inputs[:, 0].numpy().reshape(1797, 64), data.targets.numpy()[:, None]], axis=1
    )
    expected = np.concatenate([np.rint(original.data * 255 / 16), original.target[:, None]], axis=1)
    assert sorted(pixels.tolist()) == sorted(expected.tolist())
    share = data.targets[data.test_rows].bincount() / data.targets.bincount()
    assert share.min() > 0.19
    assert share.max() < 0.21
    assert data.checksum == open_dataset("digits").checksum


def test_the_curve() -> None:
    data = make_curve()
    assert isinstance(data.schema, TableSchema)
    assert (data.schema.feature_names, data.target_names) == (("input",), ("label",))
    assert (len(data.training_pool), data.test_rows is not None and len(data.test_rows)) == (100, 100)
    assert data.checksum == open_dataset("curve").checksum == make_curve(0).checksum != make_curve(1).checksum


def test_the_curve_has_its_bumps_where_it_has_no_training_points() -> None:
    x = make_curve(3, n_train=5000).inputs[:5000, 0].numpy()
    for low, high in ((-3.0, -1.0), (1.7, 3.1)):
        assert not ((x > low) & (x < high)).any()
        assert ((x > low - 0.1) & (x <= low)).any()
        assert ((x < high + 0.1) & (x >= high)).any()
    assert x.min() >= -5
    assert x.max() <= 5
    grid = np.linspace(-5, 5, 2001)
    y = np.abs(curve_function(grid))
    tops = grid[1:-1][(y[1:-1] > y[:-2]) & (y[1:-1] > y[2:])]
    assert -3 < tops[0] < -1
    assert 1.7 < tops[1] < 3.1
    assert len(tops) == 2


def test_the_noise_of_the_curve() -> None:
    data = make_curve(0, n_train=20_000, n_test=20_000)
    noise = (data.targets.numpy() - curve_function(data.inputs.numpy())).squeeze()
    assert noise[:20_000].std() == pytest.approx(0.5, rel=0.02)
    assert noise[20_000:].std() == pytest.approx(0.1, rel=0.02)
    assert abs(noise.mean()) < 0.01


def test_a_smooth_model_can_reconstruct_the_curve() -> None:
    residuals, errors = [], []
    for seed in range(10):
        data = make_curve(seed)
        x, y, train, test = (
            data.inputs.numpy(),
            data.targets.numpy()[:, 0],
            data.training_pool,
            data.test_rows,
        )
        kernel = ConstantKernel() * RBF() + WhiteKernel()
        model = GaussianProcessRegressor(kernel, normalize_y=True).fit(x[train], y[train])
        residuals.append(((model.predict(x[train]) - y[train]) ** 2).mean())
        errors.append(((model.predict(x[test]) - y[test]) ** 2).mean())
    assert 0.20 < np.mean(residuals) < 0.25
    assert 0.05 < np.mean(errors) < 0.12
    assert max(errors) < 0.25


@pytest.mark.parametrize("count", ["n_train", "n_test"])
def test_a_curve_needs_points(count: str) -> None:
    with refused(count, "at least 2", error=SettingError):
        make_curve(**{count: 1})
    assert len(make_curve(**{count: 2})) == 102


@pytest.mark.parametrize("builtin", builtin_datasets(), ids=lambda builtin: builtin.name)
def test_the_list_of_datasets_is_true(builtin: object) -> None:
    from studium.data import BuiltIn

    assert isinstance(builtin, BuiltIn)
    if builtin.name == "fashion-mnist" and not INSTALLED.is_dir():
        pytest.skip("needs Debian's package dataset-fashion-mnist")
    data = open_dataset(builtin.name, offline=True)
    assert data.test_rows is not None
    assert (data.task, data.input_shape, data.n_outputs) == (
        builtin.task,
        builtin.input_shape,
        builtin.n_outputs,
    )
    assert (len(data.training_pool), len(data.test_rows)) == (builtin.n_train, builtin.n_test)


def test_choices_that_a_built_in_dataset_does_not_have(tmp_path: Path) -> None:
    with refused("target", "'x'", error=SettingError):
        open_dataset("curve", target="x")
    with refused("test", error=SettingError):
        open_dataset("curve", test=tmp_path)
    with refused("task", "regression", error=SettingError):
        open_dataset("curve", task="classification")
    assert open_dataset("curve", task="regression").task == "regression"


def test_a_built_in_dataset_must_fit_an_interpretation() -> None:
    digits = open_dataset("digits")
    assert open_dataset("digits", like=digits).checksum == digits.checksum
    with refused("curve", "other inputs"):
        open_dataset("curve", like=digits)
    other = dataset_from_arrays(np.zeros((2, 8, 8), np.uint8), np.array([0, 1]))
    with refused("digits", "other inputs or classes"):
        open_dataset("digits", like=other)
