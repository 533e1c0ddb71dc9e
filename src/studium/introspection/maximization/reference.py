"""What real inputs are like: the scale that optimised ones are kept to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from studium.data import Dataset, ImageSchema, Normalisation, Schema, TableSchema
from studium.introspection.maximization.penalties import total_variation
from studium.introspection.maximization.random_image import random_image
from studium.seeding import derive_seed, torch_stream
from studium.training.model import Model

_ROWS = 1000  # real inputs that give scales and spectrum; more change neither visibly
_CHUNK = 4096  # images turned to numbers at a time, so that memory stays small
_INVENTED = 256  # inputs in place of real ones
_REACH = 3.0  # standard deviations around the mean that a column is taken to span
_FAINTEST = 1e-3  # strength of a frequency, of the strongest, below which it would never be reached


@dataclass(frozen=True, eq=False)
class Reference:
    """What real inputs are like.

    Attributes:
        mean: Mean normalised input, ``[*input_shape]``.
        variation: Mean total variation of normalised images, above 0; 1 for tables.
        sample: Some inputs as a dataset holds them, ``[R, *input_shape]``.
        spectrum: Root mean square of each frequency of the normalised images, ``[C, H, W // 2 + 1]``; ``None`` for tables.
        low: Smallest value of each column, ``[F]``; ``None`` for images.
        high: Largest value; likewise.
        source: Where this comes from, in words.
    """

    mean: Tensor
    variation: float
    sample: Tensor
    spectrum: Tensor | None
    low: Tensor | None
    high: Tensor | None
    source: str

    def ranges(self, schema: Schema) -> dict[str, tuple[float, float]]:
        """Smallest and largest value of each column of numbers; none for images."""
        if self.low is None or self.high is None or not isinstance(schema, TableSchema):
            return {}
        numeric = {column.name for column in schema.columns if not column.categories}
        bounds = zip(schema.feature_names, self.low.tolist(), self.high.tolist(), strict=True)
        return {name: (low, high) for name, low, high in bounds if name in numeric}


def reference_of(model: Model, dataset: Dataset | None) -> Reference:
    """The reference of a dataset's training rows, or what the model alone tells.

    Args:
        model: The model.
        dataset: Data that the model can be used on; ``None`` when there is none at hand.
    """
    if dataset is None:
        return _imagined_images(model) if isinstance(model.schema, ImageSchema) else _imagined_rows(model)
    rows = _training_rows(model, dataset)
    inputs, normalisation = dataset.inputs[torch.from_numpy(rows)], model.normalisation
    sample = inputs[np.linspace(0, len(inputs) - 1, min(_ROWS, len(inputs))).astype(np.int64)]
    images = isinstance(model.schema, ImageSchema)
    normalised = normalisation.inputs(sample, torch.float64)
    return Reference(
        mean=_mean(inputs, normalisation),
        variation=_variation(normalised) if images else 1.0,
        sample=sample,
        spectrum=_spectrum(normalised) if images else None,
        low=None if images else inputs.min(dim=0).values,
        high=None if images else inputs.max(dim=0).values,
        source=f"{len(rows):,} training rows of {dataset.name}",
    )


def _training_rows(model: Model, dataset: Dataset) -> np.ndarray:
    if model.test_rows is not None and model.was_trained_on(dataset):
        return np.setdiff1d(dataset.training_pool, model.test_rows)
    return dataset.training_pool


def _mean(inputs: Tensor, normalisation: Normalisation) -> Tensor:
    chunks = torch.split(inputs, _CHUNK)
    total = torch.stack([normalisation.inputs(chunk, torch.float64).sum(dim=0) for chunk in chunks]).sum(
        dim=0
    )
    return total / len(inputs)


def _variation(images: Tensor) -> float:
    mean = float(total_variation(images).mean())
    return mean if mean > 0 else 1.0


def _spectrum(images: Tensor) -> Tensor:
    amplitude: Tensor = torch.fft.rfft2(images, norm="ortho").abs().square().mean(dim=0).sqrt()
    return amplitude.clamp_min(_FAINTEST * float(amplitude.max()))


def _imagined_images(model: Model) -> Reference:
    shape = (model.schema.channels, model.schema.height, model.schema.width)  # type: ignore[union-attr]
    spectrum = falling_spectrum(shape)
    normalisation = model.normalisation
    noise = [
        random_image(
            shape,
            derive_seed(0, "reference", place),
            mean=normalisation.input_mean,
            contrast=0.3,
            spectrum=spectrum,
        )
        for place in range(_INVENTED)
    ]
    sample = (torch.stack(noise) * 255).round().to(torch.uint8)
    mean = torch.zeros(shape, dtype=torch.float64)
    variation = _variation(normalisation.inputs(sample, torch.float64))
    return Reference(
        mean, variation, sample, spectrum, None, None, "a 1/f spectrum, for want of the training images"
    )


def falling_spectrum(shape: tuple[int, int, int]) -> Tensor:
    """Strengths that fall as 1 over the frequency, as those of natural images do (Field 1987), ``[C, H, W // 2 + 1]``."""
    channels, height, width = shape
    down, right = (
        torch.fft.fftfreq(height, dtype=torch.float64),
        torch.fft.rfftfreq(width, dtype=torch.float64),
    )
    frequency: Tensor = (down[:, None].square() + right[None, :].square()).sqrt()
    strengths: Tensor = 1 / frequency.clamp_min(1 / max(height, width))
    return strengths.expand(channels, -1, -1).clone()


def _imagined_rows(model: Model) -> Reference:
    mean, std = model.normalisation.input_mean, model.normalisation.input_std
    low, high = mean - _REACH * std, mean + _REACH * std
    draw = torch.rand(_INVENTED, len(mean), generator=torch_stream(0, "reference"), dtype=torch.float64)
    words = f"the mean and {_REACH:g} standard deviations to each side, for want of the training rows"
    return Reference(torch.zeros_like(mean), 1.0, low + (high - low) * draw, None, low, high, words)
