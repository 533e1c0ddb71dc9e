"""What is measured of optimised images, one number for each image.

Letters: U units (classes), S starts, N = U * S images in the order of the units; C channels, H height, W width.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor, nn

from studium.data import Dataset
from studium.introspection.maximization.penalties import total_variation
from studium.training.evaluation import network_outputs
from studium.training.model import Model

_POOL = 5000  # training images among which the nearest is looked for
_REAL = 1000  # test images that say how far apart real images are
_FINE = 0.25  # cycles a pixel above which a frequency is fine; 0.5 is the finest
_SHIFTS = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1) if (down, right) != (0, 0)]


@dataclass(frozen=True, eq=False)
class Judge:
    """A trained network with its logits over the test rows, by which a logit is put on a common scale.

    Attributes:
        model: The network.
        mean: Of each logit over the test rows, ``[U]``.
        std: Likewise.
    """

    model: Model
    mean: Tensor
    std: Tensor

    @classmethod
    def of(cls, model: Model, data: Dataset) -> Judge:
        """A judge with its scale."""
        rows, _ = model.rows_to_score(data)
        found = logits(model, data.inputs[torch.from_numpy(rows)])
        return cls(model, found.mean(dim=0), found.std(dim=0))

    def scores(self, images: Tensor, units: Tensor) -> Tensor:
        """How many standard deviations the logit of each image's unit lies above its mean over real images, ``[N]``."""
        found = (logits(self.model, images) - self.mean) / self.std
        return found[torch.arange(len(units)), units]

    def recognises(self, images: Tensor, units: Tensor) -> Tensor:
        """1 where the largest logit is that of the image's unit, ``[N]``."""
        return (logits(self.model, images).argmax(dim=1) == units).double()


@dataclass(frozen=True, eq=False)
class Measured:
    """What was measured of N images; every attribute ``[N]``.

    Attributes:
        own: Score in the network that the image was made for.
        others: Mean score in networks of the same architecture, trained from other seeds.
        foreign: Mean score in networks of other architectures.
        transferred: ``others`` over ``own``: what of an activation is more than a quirk of one network.
        recognised: Share of all these other networks that give the image its class.
        kept: Own score after a shift by one pixel, mean of the eight directions, over the own score.
        roughness: Total variation over the mean of real images.
        fineness: Share of fine frequencies in the power, over that of real images.
        distance: To the nearest training image in the features of a network of another architecture, over the median of real
            test images.
    """

    own: np.ndarray
    others: np.ndarray
    foreign: np.ndarray
    transferred: np.ndarray
    recognised: np.ndarray
    kept: np.ndarray
    roughness: np.ndarray
    fineness: np.ndarray
    distance: np.ndarray


MEASURES = tuple(field.name for field in fields(Measured))


class Measures:
    """Measures images against real ones.

    Args:
        data: The real images.
        features: The network whose features images are compared in.
    """

    def __init__(self, data: Dataset, features: Model) -> None:
        assert data.test_rows is not None
        pool = np.linspace(0, len(data.training_pool) - 1, _POOL).astype(int)
        real = data.inputs[torch.from_numpy(data.test_rows[:_REAL])]
        self._features = features
        self._pool = penultimate(features, data.inputs[torch.from_numpy(data.training_pool[pool])])
        self._nearest = self._distance(real).median()
        self._roughness, self._fineness = total_variation(real.double() / 255).mean(), fine_share(real).mean()

    def __call__(
        self, images: Tensor, units: Tensor, own: Judge, others: Sequence[Judge], foreign: Sequence[Judge]
    ) -> Measured:
        """Measure images ``[N, C, H, W]`` uint8 that were made for the units ``[N]`` of a network."""
        score = own.scores(images, units)
        shifted = torch.stack([own.scores(shift(images, *by), units) for by in _SHIFTS]).mean(dim=0)
        peers = torch.stack([judge.scores(images, units) for judge in others]).mean(dim=0)
        seen = [judge.recognises(images, units) for judge in (*others, *foreign)]
        measured = {
            "own": score,
            "others": peers,
            "transferred": peers / score,
            "foreign": torch.stack([judge.scores(images, units) for judge in foreign]).mean(dim=0),
            "recognised": torch.stack(seen).mean(dim=0),
            "kept": shifted / score,
            "roughness": total_variation(images.double() / 255) / self._roughness,
            "fineness": fine_share(images) / self._fineness,
            "distance": self._distance(images) / self._nearest,
        }
        return Measured(**{name: values.double().numpy() for name, values in measured.items()})

    def _distance(self, images: Tensor) -> Tensor:
        return torch.cdist(penultimate(self._features, images), self._pool).min(dim=1).values


def logits(model: Model, images: Tensor) -> Tensor:
    """Logits of raw images, ``[N, U]`` float64."""
    return network_outputs(model.module(), images, model.normalisation).double()


def penultimate(model: Model, images: Tensor) -> Tensor:
    """What the output layer sees, ``[N, H]`` float64."""
    body = nn.Sequential(*list(model.module().children())[:-1])
    return network_outputs(body, images, model.normalisation).double()


def shift(images: Tensor, down: int, right: int) -> Tensor:
    """Images moved by whole pixels; what comes in is as the edge."""
    height, width = images.shape[2:]
    rows = (torch.arange(height) - down).clamp(0, height - 1)
    columns = (torch.arange(width) - right).clamp(0, width - 1)
    return images[:, :, rows[:, None], columns[None, :]]


def fine_share(images: Tensor) -> Tensor:
    """Share of the power, without the mean, at fine frequencies, ``[N]``."""
    power = torch.fft.fft2(images.double() / 255).abs().square().sum(dim=1)  # [N, H, W]
    down, right = torch.fft.fftfreq(images.shape[2]), torch.fft.fftfreq(images.shape[3])
    fine = (down[:, None].square() + right[None, :].square()).sqrt() > _FINE
    power[:, 0, 0] = 0
    share: Tensor = (power * fine).sum(dim=(1, 2)) / power.sum(dim=(1, 2)).clamp_min(1e-12)
    return share
