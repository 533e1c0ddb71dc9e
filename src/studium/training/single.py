"""One network alone, trained as a module with ``torch.optim``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from studium.data import Dataset, Normalisation
from studium.models import Dropout, build
from studium.seeding import numpy_stream, restore_stream, stream_state
from studium.training.augmentation import augment
from studium.training.batches import Batch
from studium.training.evaluation import evaluate_module
from studium.training.flip_averaging import as_scored
from studium.training.losses import module_loss
from studium.training.member import Member
from studium.training.optimizers import module_optimizer
from studium.training.state import State, as_array


class SingleProgram:
    """A population of one, for networks too large or too different to be fused.

    Images are kept channels-last for convolutions; raw rows stay as they are until a batch is made.

    Args:
        dataset: Where the rows are.
        member: What to train.
        normalisation: From its training rows.
        device: Where to train.
    """

    def __init__(
        self, dataset: Dataset, member: Member, normalisation: Normalisation, device: torch.device
    ) -> None:
        self.members = (member,)
        config = member.config
        self._dataset, self._normalisation, self._device = dataset, normalisation, device
        self._dtype: torch.dtype = getattr(torch, config.precision)
        self._images = len(dataset.input_shape) == 3
        self._module = build(member.spec, member.seed).to(device, self._dtype)
        if self._images:
            self._module = self._module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._dropout_stream = numpy_stream(member.seed, "dropout")
        for layer in self._module.modules():
            if isinstance(layer, Dropout):
                layer.stream = self._dropout_stream
        self._augmentation_stream = numpy_stream(member.seed, "augmentation")
        self._criterion = module_loss(config, dataset.task)
        self._scored = as_scored(self._module, config, dataset.task)
        self._optimizer = module_optimizer(config, self._module.parameters())
        self._weights = [
            each for each in self._module.parameters() if each.ndim > 1
        ]  # no biases, no gains of norms
        self._loss_sum = torch.zeros((), dtype=torch.float64, device=device)
        self._best: dict[str, Tensor] = {}

    def step(self, batch: Batch, rates: np.ndarray) -> None:
        """One step of the optimiser; see :class:`studium.training.program.Program`."""
        config = self.members[0].config
        inputs, targets = self._fed(batch.rows[0])
        self._module.train()
        loss = self._criterion(self._outputs(inputs), targets)
        self._loss_sum += loss.detach() * len(batch.rows[0])
        if config.l1:
            loss = loss + config.l1 * torch.stack([weight.abs().sum() for weight in self._weights]).sum()
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if config.gradient_clip:
            nn.utils.clip_grad_norm_(self._module.parameters(), config.gradient_clip)
        self._optimizer.param_groups[0]["lr"] = float(rates[0])
        self._optimizer.step()

    def take_losses(self) -> np.ndarray:
        """Sum of loss times rows since the last call, ``[1]``."""
        total = float(self._loss_sum)
        self._loss_sum.zero_()
        return np.array([total])

    def validate(self) -> tuple[np.ndarray, np.ndarray]:
        """Loss and metric on the validation rows, each ``[1]``."""
        scores = evaluate_module(
            self._scored, self._dataset, self.members[0].validation, self._normalisation, self._criterion
        )
        return np.array([scores.loss]), np.array([scores.metric])

    def keep(self, positions: np.ndarray) -> None:
        """Remember the weights of now as the best."""
        if len(positions):
            self._best = self._copy()

    def weights(self, position: int, *, best: bool) -> dict[str, Tensor]:
        """A copy of the weights by name."""
        return self._best if best and self._best else self._copy()

    def compact(self, kept: np.ndarray) -> None:
        """There is nobody to leave."""

    def states(self) -> list[State]:
        """All that the member needs to go on; see :class:`studium.training.program.Program`."""
        streams = {
            "dropout": stream_state(self._dropout_stream),
            "augmentation": stream_state(self._augmentation_stream),
        }
        own = State(facts=streams).with_parts(
            weights=State({name: as_array(tensor) for name, tensor in self._module.state_dict().items()}),
            best=State({name: as_array(tensor) for name, tensor in self._best.items()}),
            optimizer=self._optimizer_state(),
        )
        return [own]

    def restore(self, states: Sequence[State]) -> None:
        """Go on from the state of the same member; nothing has been trained before."""
        state = states[0]
        weights, best = state.part("weights"), state.part("best")
        for name, tensor in self._module.state_dict().items():
            tensor.copy_(weights.tensor(name, like=tensor))  # in place, so that the order of axes stays
        if best.arrays:
            self._best = {name: best.tensor(name, like=tensor) for name, tensor in self._copy().items()}
        self._restore_optimizer(state.part("optimizer"))
        restore_stream(self._dropout_stream, state.fact("dropout"))
        restore_stream(self._augmentation_stream, state.fact("augmentation"))

    def _optimizer_state(self) -> State:
        return State().with_parts(
            **{
                name: State(
                    {key: as_array(value) for key, value in moments.items() if isinstance(value, Tensor)}
                )
                for name, parameter in self._module.named_parameters()
                if (moments := self._optimizer.state.get(parameter))
            }
        )

    def _restore_optimizer(self, state: State) -> None:
        # A moment lies in memory as its parameter does; what is counted once for a parameter has no axes.
        moments = {}
        for index, (name, parameter) in enumerate(self._module.named_parameters()):
            own = state.part(name)
            moments[index] = {
                key: own.tensor(key, like=parameter if array.ndim else torch.zeros(()))
                for key, array in own.arrays.items()
            }
        self._optimizer.load_state_dict({**self._optimizer.state_dict(), "state": moments})

    def _copy(self) -> dict[str, Tensor]:
        return {
            name: tensor.detach().to("cpu", copy=True).contiguous()
            for name, tensor in self._module.state_dict().items()
        }

    def _outputs(self, inputs: Tensor) -> Tensor:
        if not self.members[0].config.mixed_precision:
            outputs: Tensor = self._module(inputs)
            return outputs
        with torch.autocast(self._device.type, torch.bfloat16):
            outputs = self._module(inputs)
        return outputs.to(self._dtype)

    def _fed(self, rows: np.ndarray) -> tuple[Tensor, Tensor]:
        index = torch.from_numpy(rows)
        inputs = self._normalisation.inputs(self._dataset.inputs[index].to(self._device), self._dtype)
        targets = self._normalisation.targets(self._dataset.targets[index].to(self._device), self._dtype)
        augmentation = self.members[0].config.augmentation
        if augmentation.active:
            inputs = augment(inputs, augmentation, self._augmentation_stream)
        if self._images:
            inputs = inputs.contiguous(memory_format=torch.channels_last)
        return inputs, targets
