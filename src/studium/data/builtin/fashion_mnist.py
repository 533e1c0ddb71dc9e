"""Fashion-MNIST: 60,000 training and 10,000 test pictures of clothes, 28x28 pixels, in 10 classes.

Source: Xiao, Rasul and Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning
Algorithms", arXiv:1708.07747 (2017), MIT licence.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from studium.data.arrays import dataset_from_arrays
from studium.data.dataset import Dataset, concatenate
from studium.data.idx import parse_idx
from studium.data.remote import Collection, RemoteFile
from studium.data.sources import fetch

CLASS_NAMES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)

# `repacked` is how Debian ships them: the same compressed data without the file name in the gzip header.
FASHION_MNIST = Collection(
    name="fashion-mnist",
    files=(
        RemoteFile(
            name="train-images-idx3-ubyte.gz",
            sha256="3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            size=26_421_880,
            repacked=("b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7",),
        ),
        RemoteFile(
            name="train-labels-idx1-ubyte.gz",
            sha256="a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            size=29_515,
            repacked=("0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056",),
        ),
        RemoteFile(
            name="t10k-images-idx3-ubyte.gz",
            sha256="346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            size=4_422_102,
            repacked=("cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa",),
        ),
        RemoteFile(
            name="t10k-labels-idx1-ubyte.gz",
            sha256="67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
            size=5_148,
            repacked=("8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05",),
        ),
    ),
    mirrors=(
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        "https://fashion-mnist.s3.eu-central-1.amazonaws.com/",
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
    ),
    installed=Path("/usr/share/datasets/fashion-mnist"),
    package="dataset-fashion-mnist",
)


def load_fashion_mnist(*, directory: Path | None = None, offline: bool = False) -> Dataset:
    """Fashion-MNIST, fetched where it is not at hand.

    Args:
        directory: A folder that may hold the files.
        offline: Never touch the network.

    Returns:
        Classification of ``[70000, 1, 28, 28]`` uint8 images; the last 10,000 rows are the official test set.

    Raises:
        UnavailableError: The files could not be had from any source.
    """
    files = fetch(FASHION_MNIST, directory=directory, offline=offline)
    training, test = (
        dataset_from_arrays(
            parse_idx(files[f"{part}-images-idx3-ubyte.gz"]),
            parse_idx(files[f"{part}-labels-idx1-ubyte.gz"]),
            name="fashion-mnist",
            class_names=CLASS_NAMES,
            origin="Fashion-MNIST",
        )
        for part in ("train", "t10k")
    )
    return replace(concatenate(training, test), mirrorable=True)
