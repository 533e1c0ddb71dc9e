"""A population: fully connected networks trained together as one batched program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from studium.data import Dataset, Normalisation
from studium.models import MLPSpec, initial_weights, keep_scale, kept_units
from studium.seeding import numpy_stream, restore_stream, stream_state
from studium.training import flat_parameters
from studium.training.activations import ACTIVATIONS
from studium.training.batches import Batch
from studium.training.feed import Feed
from studium.training.losses import PopulationLoss, population_loss
from studium.training.member import Member
from studium.training.metrics import row_metrics
from studium.training.population_optimizer import PopulationOptimizer
from studium.training.products import product
from studium.training.state import State, as_array

_VALIDATION_ROWS = 1024  # validated at a time, so that activations stay in the cache
_CACHED_NUMBERS = 4_000_000  # validation inputs up to this many are normalised once and kept


class _Fed(NamedTuple):
    inputs: Tensor  # [k, B, F] or [1, B, F]
    targets: Tensor  # [k, B, T] or [1, B, T], or class indices [k, B] or [1, B]
    weight: Tensor  # [k, B], share of each row in its member's mean


class _Views(NamedTuple):
    # One layer in the flat parameters and gradients of the first k members.
    weight: Tensor  # [k, I, O]
    bias: Tensor  # [k, 1, O]
    weight_slope: Tensor  # [k, I, O]
    bias_slope: Tensor  # [k, 1, O]


class _Hidden(NamedTuple):
    # What the backward pass needs of one hidden layer.
    saved: Tensor  # [k, B, H], activation or pre-activation
    mask: Tensor | None  # [k, B, H], of dropout
    signal: Tensor  # [k, B, H], what the next layer gets


class PopulationProgram:
    """Members with one depth, activation, loss, optimiser family, schedule and batch size, as one program.

    Widths may differ: each layer is as wide as its widest member. A padded unit's weights, in and out, are 0, its activation
    is 0 (masked where the activation of 0 is not 0), so every gradient that reaches it is exactly 0 and it stays 0 for
    ever. Rows may differ in number: a row that does not count has weight 0 in the loss. Gradients are derived by hand;
    arithmetic is batched over members and in place.

    Letters: P members, k <= P members of a step, B rows, F features, H units of a layer, T outputs, D parameters.

    Args:
        dataset: Where the rows are.
        members: Ordered by training rows, most first; all specs are :class:`studium.models.MLPSpec`.
        normalisations: One per member.
    """

    @torch.inference_mode()
    def __init__(
        self, dataset: Dataset, members: Sequence[Member], normalisations: Sequence[Normalisation]
    ) -> None:
        self.members = tuple(members)
        self._task = dataset.task
        self._dtype: torch.dtype = getattr(torch, members[0].config.precision)
        self._feed = Feed(dataset, normalisations, self._dtype)
        self._segments = flat_parameters.segments([_mlp(member) for member in members])
        self._activation = ACTIVATIONS[_mlp(members[0]).activation]
        self._streams = [numpy_stream(member.seed, "dropout") for member in members]
        self._buffers: dict[tuple[str, int, tuple[int, ...]], Tensor] = {}
        self._known_views: dict[int, list[_Views]] = {}
        self._parameters = torch.zeros(len(members), self._segments[-1].stop, dtype=self._dtype)
        for row, member in zip(self._parameters, members, strict=True):
            flat_parameters.load(row, self._segments, initial_weights(_mlp(member), member.seed))
        self._gradients = torch.zeros_like(self._parameters)
        self._best: Tensor | None = None
        self._last: tuple[Batch, _Fed] | None = None
        self._loss: PopulationLoss
        self._loss_sums: np.ndarray
        self._optimizer = PopulationOptimizer(
            [member.config for member in members],
            self._parameters,
            self._gradients,
            flat_parameters.penalised(self._segments, self._parameters),
        )
        self._arrange()

    @torch.inference_mode()
    @np.errstate(all="ignore")  # a member that diverges is noticed by its loss
    def step(self, batch: Batch, rates: np.ndarray) -> None:
        """One step of the optimiser for the first k members; see :class:`studium.training.program.Program`."""
        k = len(batch.counts)
        if self._last is None or self._last[0] is not batch:
            self._last = (batch, self._fed(batch.rows, batch.counts, batch.counts))
        fed = self._last[1]
        outputs, hidden = self._forward(fed.inputs, k, batch.counts)
        losses, slope = self._loss(outputs, fed.targets, fed.weight)
        self._loss_sums[:k] += losses.double().numpy() * batch.counts
        self._backward(slope, hidden, fed.inputs, k)
        self._optimizer.step(rates)

    def take_losses(self) -> np.ndarray:
        """Sum of loss times counted rows since the last call, ``[P]``."""
        sums, self._loss_sums = self._loss_sums, np.zeros(len(self.members))
        return sums

    @torch.inference_mode()
    @np.errstate(all="ignore")
    def validate(self) -> tuple[np.ndarray, np.ndarray]:
        """Loss and metric on the validation rows, each ``[P]``."""
        losses, metrics = torch.zeros(2, len(self.members), dtype=torch.float64)
        for batch in self._validation:
            fed = (
                batch
                if isinstance(batch, _Fed)
                else self._fed(batch.rows, batch.counts, self._validation_lengths)
            )
            outputs, _ = self._forward(fed.inputs, len(self.members), None)
            rows = row_metrics(self._task, outputs, fed.targets, self._target_std)
            metrics += (rows * fed.weight).sum(1)
            losses += self._loss(outputs, fed.targets, fed.weight)[0]
        return losses.numpy(), metrics.numpy()

    @torch.inference_mode()
    def keep(self, positions: np.ndarray) -> None:
        """Remember the weights of now of these members as their best."""
        if self._best is None:
            self._best = self._parameters.clone()
        elif len(positions) == len(self.members):
            self._best.copy_(self._parameters)
        else:
            self._best[positions] = self._parameters[positions]

    def weights(self, position: int, *, best: bool) -> dict[str, Tensor]:
        """A copy of a member's weights by name, without the padding."""
        flat = self._best if best and self._best is not None else self._parameters
        return flat_parameters.extract(flat[position], self._segments, _mlp(self.members[position]))

    @torch.inference_mode()
    def compact(self, kept: np.ndarray) -> None:
        """Go on with the members at these positions, in order."""
        self.members = tuple(self.members[position] for position in kept)
        self._streams = [self._streams[position] for position in kept]
        self._parameters = self._parameters[kept]
        self._gradients = torch.zeros_like(self._parameters)
        self._best = None if self._best is None else self._best[kept]
        self._optimizer.compact(kept, self._parameters, self._gradients)
        self._feed.compact(kept)
        self._arrange()

    def states(self) -> list[State]:
        """All that each member needs to go on, without the padding; see :class:`studium.training.program.Program`."""
        return [self._state(position) for position in range(len(self.members))]

    @torch.inference_mode()
    def restore(self, states: Sequence[State]) -> None:
        """Go on from states of the same members, which may come from several programs; nothing was trained before."""
        if any(state.part("best").arrays for state in states):
            self._best = torch.zeros_like(self._parameters)
        for position, state in enumerate(states):
            spec = _mlp(self.members[position])
            for name, row in self._rows(position).items():
                part, like = state.part(name), flat_parameters.extract(row, self._segments, spec)
                kept = {key: part.tensor(key, like=tensor) for key, tensor in like.items()}
                flat_parameters.load(row, self._segments, kept)
            restore_stream(self._streams[position], state.fact("dropout"))
            self._optimizer.times[position] = state.fact("steps")

    def _state(self, position: int) -> State:
        spec = _mlp(self.members[position])
        parts = {
            name: flat_parameters.extract(row, self._segments, spec)
            for name, row in self._rows(position).items()
        }
        return State(
            facts={
                "dropout": stream_state(self._streams[position]),
                "steps": int(self._optimizer.times[position]),
            }
        ).with_parts(
            **{
                name: State({key: as_array(tensor) for key, tensor in part.items()})
                for name, part in parts.items()
            }
        )

    def _rows(self, position: int) -> dict[str, Tensor]:
        # Everything that has a number for each parameter of a member, as views [D].
        best = {} if self._best is None else {"best": self._best[position]}
        return {"weights": self._parameters[position], **best, **self._optimizer.moments(position)}

    def _arrange(self) -> None:
        # What follows from the members of now.
        configs = [member.config for member in self.members]
        specs = [_mlp(member) for member in self.members]
        self._loss_sums = np.zeros(len(self.members))
        self._last = None
        self._known_views.clear()
        self._target_std = self._feed.target_std
        self._buffers.clear()
        self._loss = population_loss(
            configs[0],
            self._task,
            huber_delta=torch.tensor([config.huber_delta for config in configs], dtype=self._dtype),
            label_smoothing=torch.tensor([config.label_smoothing for config in configs], dtype=self._dtype),
        )
        self._dropout = np.array([spec.dropout or (0.0,) * len(spec.hidden) for spec in specs])  # [P, layers]
        scales = [[keep_scale(p) for p in line] for line in self._dropout.tolist()]
        self._dropout_scales = torch.tensor(scales, dtype=self._dtype)
        self._widths = np.array([spec.hidden for spec in specs])  # [P, layers]
        self._units = [self._unit_mask(layer) for layer in range(len(specs[0].hidden))]
        self._validation = self._validation_batches()

    def _unit_mask(self, layer: int) -> Tensor | None:
        width = self._segments[layer].n_outputs
        if self._activation.of_zero == 0 or (self._widths[:, layer] == width).all():
            return None
        mask = np.arange(width) < self._widths[:, layer, None]
        return torch.from_numpy(mask).to(self._dtype).unsqueeze(1)  # [P, 1, H]

    def _validation_batches(self) -> Sequence[_Fed | Batch]:
        rows = [member.validation for member in self.members]
        self._validation_lengths = np.array([len(each) for each in rows])
        longest = int(self._validation_lengths.max())
        if longest == 0:
            return []
        lines = rows[:1] if len({each.tobytes() for each in rows}) == 1 else rows
        table = np.stack([np.pad(each, (0, longest - len(each)), constant_values=each[0]) for each in lines])
        batches = [
            Batch(
                table[:, at : at + _VALIDATION_ROWS],
                np.clip(self._validation_lengths - at, 0, _VALIDATION_ROWS),
            )
            for at in range(0, longest, _VALIDATION_ROWS)
        ]
        if table.size * self._segments[0].n_inputs > _CACHED_NUMBERS:
            return batches
        return [self._fed(batch.rows, batch.counts, self._validation_lengths) for batch in batches]

    def _fed(self, rows: np.ndarray, counts: np.ndarray, totals: np.ndarray) -> _Fed:
        weight = (np.arange(rows.shape[1]) < counts[:, None]) / totals[:, None]
        inputs, targets = self._feed.batch(rows)
        return _Fed(inputs, targets, torch.from_numpy(weight).to(self._dtype))

    def _forward(self, inputs: Tensor, k: int, counts: np.ndarray | None) -> tuple[Tensor, list[_Hidden]]:
        # With counts: training, with dropout. Returns outputs [k, B, T].
        purpose = "validation" if counts is None else "training"
        signal = inputs
        hidden: list[_Hidden] = []
        last = len(self._segments) - 1
        for layer in range(last):
            before = self._affine(layer, signal, k, purpose)
            after = self._activation.forward(before)
            mask, units = None, self._units[layer]
            if units is not None:
                after.mul_(units[:k])
            dropped = after
            if counts is not None and self._dropout[:k, layer].any():
                mask = self._dropout_mask(layer, counts, after)
                dropped = torch.mul(after, mask, out=self._buffer("dropped", layer, after.shape))
            signal = dropped
            hidden.append(_Hidden(before if self._activation.keeps_input else after, mask, signal))
        return self._affine(last, signal, k, purpose), hidden

    def _affine(self, layer: int, signal: Tensor, k: int, purpose: str) -> Tensor:
        views = self._views(k)[layer]
        out = self._buffer(purpose, layer, (k, signal.shape[1], self._segments[layer].n_outputs))
        if self._segments[layer].n_inputs == 1:  # a product of vectors: nothing to sum
            return torch.addcmul(views.bias, signal, views.weight, out=out)
        return product(signal, views.weight, out).add_(views.bias)

    def _backward(self, slope: Tensor, hidden: list[_Hidden], inputs: Tensor, k: int) -> None:
        # slope: gradient by the outputs, [k, B, T]; fills self._gradients[:k].
        for layer in reversed(range(len(self._segments))):
            views = self._views(k)[layer]
            signal = inputs if layer == 0 else hidden[layer - 1].signal
            product(signal.transpose(1, 2), slope, views.weight_slope)
            torch.sum(slope, dim=1, keepdim=True, out=views.bias_slope)
            if layer == 0:
                return
            below = hidden[layer - 1]
            out = self._buffer("slope", layer - 1, below.saved.shape)
            multiply = torch.mul if slope.shape[2] == 1 else product
            slope = multiply(slope, views.weight.transpose(1, 2), out=out)
            if below.mask is not None:
                slope.mul_(below.mask)
            slope = self._activation.backward(slope, below.saved)

    def _views(self, k: int) -> list[_Views]:
        if k not in self._known_views:
            parameters, gradients = self._parameters[:k], self._gradients[:k]
            self._known_views[k] = [
                _Views(
                    each.weight(parameters),
                    each.bias(parameters),
                    each.weight(gradients),
                    each.bias(gradients),
                )
                for each in self._segments
            ]
        return self._known_views[k]

    def _dropout_mask(self, layer: int, counts: np.ndarray, like: Tensor) -> Tensor:
        mask = self._buffer("mask", layer, like.shape)
        k = len(counts)
        probabilities, widths = self._dropout[:k, layer].tolist(), self._widths[:k, layer].tolist()
        for line, stream, p, n_rows, width in zip(
            mask.numpy(), self._streams, probabilities, counts.tolist(), widths, strict=False
        ):
            line[:n_rows, :width] = kept_units(stream, p, (n_rows, width)) if p else 1
            line[n_rows:] = 0  # rows that fill up the batch, else scaled again and again
        return mask.mul_(self._dropout_scales[:k, layer, None, None])

    def _buffer(self, purpose: str, layer: int, shape: tuple[int, ...]) -> Tensor:
        key = (purpose, layer, shape)
        if key not in self._buffers:
            self._buffers[key] = torch.zeros(shape, dtype=self._dtype)
        return self._buffers[key]


def _mlp(member: Member) -> MLPSpec:
    assert isinstance(member.spec, MLPSpec)
    return member.spec
