"""Everything about one training but the network and the rows."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from studium.config import Frozen

Optimizer = Literal["sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"]
Loss = Literal["mse", "mae", "huber", "cross_entropy"]
Schedule = Literal["constant", "step", "cosine", "one_cycle"]

_MOMENTUM: dict[str, float] = {"momentum": 0.9, "nesterov": 0.9, "rmsprop": 0.0}  # optimiser: its default


def has_momentum(optimizer: Optimizer) -> bool:
    """Whether an optimiser has a momentum to set.

    Example:
        >>> has_momentum("nesterov"), has_momentum("adam")
        (True, False)
    """
    return optimizer in _MOMENTUM


class Augmentation(Frozen):
    """Random changes of each training image, drawn anew for every batch.

    Attributes:
        shift: Largest shift in pixels along each axis, uniform; what comes in from outside is the mean grey.
        flip: Probability of a horizontal flip.
        erase: Probability of erasing one rectangle to the mean grey (Zhong et al. 2017), area 2% to 20%,
            aspect ratio 0.3 to 3.3.
    """

    shift: int = Field(default=0, ge=0, le=16)
    flip: float = Field(default=0.0, ge=0, le=1)
    erase: float = Field(default=0.0, ge=0, le=1)

    @property
    def active(self) -> bool:
        """Whether it changes anything."""
        return bool(self.shift or self.flip or self.erase)


class TrainConfig(Frozen):
    """Settings of one training.

    Attributes:
        optimizer: ``sgd``; ``momentum`` and ``nesterov`` (SGD with them); ``rmsprop``; ``adam``; ``adamw``. Arithmetic as
            in ``torch.optim``: weight decay is added to the gradient, except ``adamw``, which decouples it.
        learning_rate: Peak of the schedule, above 0.
        momentum: In [0, 1); for ``momentum`` and ``nesterov`` (``None`` is 0.9) and ``rmsprop`` (``None`` is 0).
        alpha: Smoothing of ``rmsprop``'s squared gradients, in [0, 1).
        beta1, beta2: Decay of Adam's moments, in [0, 1).
        epsilon: Added to the denominator by ``rmsprop`` and Adam.
        weight_decay: L2 coefficient, of all weights and biases, those of batch norms too.
        l1: Coefficient of the sum of absolute weights (biases and batch norms excluded), added to the loss.
        loss: ``mse``, ``mae``, ``huber`` for regression (on normalised targets), ``cross_entropy`` for classes; ``None``:
            ``mse`` or ``cross_entropy``, by the task.
        huber_delta: Where Huber's loss turns from squared to linear, in standard deviations of the target.
        label_smoothing: Of ``cross_entropy``, in [0, 1).
        epochs: Passes over the training rows, at most.
        batch_size: Rows a step; ``None`` or a number not below the rows: all of them, unshuffled.
        schedule: Of the learning rate, see :mod:`studium.training.schedules`.
        schedule_epochs: Epochs that the schedule spans; ``None``: ``epochs``. More of them let a training end early on a
            schedule that was chosen for a longer one.
        step_epochs, step_factor: ``step`` multiplies the rate by the factor every so many epochs.
        warmup_share: Share of all steps in which ``one_cycle`` rises.
        gradient_clip: Largest L2 norm of the whole gradient; 0: none.
        patience: Epochs without improvement of the validation loss before stopping; ``None``: no early stopping. With it
            the weights of the best epoch are restored.
        min_improvement: Decrease of the validation loss that counts as improvement.
        augmentation: Of training images.
        flip_averaging: Whether validation, scores and predictions take the mean over each image and its mirror image, see
            :mod:`studium.training.flip_averaging`; part of what the model computes, at twice the cost of an answer.
        precision: ``float32`` or ``float64``, of the weights and of all scores and predictions.
        mixed_precision: Whether a network that trains alone computes the products of a step in bfloat16, and the rest in
            float32 (Micikevicius et al. 2018); faster where the processor has instructions for it.
    """

    optimizer: Optimizer = "adam"
    learning_rate: float = Field(default=1e-3, gt=0)
    momentum: float | None = Field(default=None, ge=0, lt=1)
    alpha: float = Field(default=0.99, ge=0, lt=1)
    beta1: float = Field(default=0.9, ge=0, lt=1)
    beta2: float = Field(default=0.999, ge=0, lt=1)
    epsilon: float = Field(default=1e-8, gt=0)
    weight_decay: float = Field(default=0.0, ge=0)
    l1: float = Field(default=0.0, ge=0)
    loss: Loss | None = None
    huber_delta: float = Field(default=1.0, gt=0)
    label_smoothing: float = Field(default=0.0, ge=0, lt=1)
    epochs: int = Field(default=100, ge=1)
    batch_size: int | None = Field(default=None, ge=1)
    schedule: Schedule = "constant"
    schedule_epochs: int | None = Field(default=None, ge=1)
    step_epochs: int = Field(default=30, ge=1)
    step_factor: float = Field(default=0.1, gt=0, le=1)
    warmup_share: float = Field(default=0.3, gt=0, lt=1)
    gradient_clip: float = Field(default=0.0, ge=0)
    patience: int | None = Field(default=None, ge=1)
    min_improvement: float = Field(default=0.0, ge=0)
    augmentation: Augmentation = Augmentation()
    flip_averaging: bool = False
    precision: Literal["float32", "float64"] = "float32"
    mixed_precision: bool = False

    @model_validator(mode="after")
    def _smoothing_needs_cross_entropy(self) -> Self:
        if self.label_smoothing and self.loss not in (None, "cross_entropy"):
            raise ValueError(
                f"label smoothing belongs to the loss cross_entropy, not {self.loss}; leave it out"
            )
        return self

    @model_validator(mode="after")
    def _momentum_needs_an_optimizer_with_one(self) -> Self:
        if self.momentum is not None and self.optimizer not in _MOMENTUM:
            raise ValueError(
                f"optimizer {self.optimizer} has no momentum; choose {', '.join(_MOMENTUM)}, or leave it out"
            )
        return self

    @model_validator(mode="after")
    def _schedule_spans_the_training(self) -> Self:
        if self.schedule_epochs is not None and self.schedule_epochs < self.epochs:
            raise ValueError(
                f"the schedule ends after {self.schedule_epochs} of {self.epochs} epochs; span all of them"
            )
        return self

    @model_validator(mode="after")
    def _mixed_precision_is_of_float32(self) -> Self:
        if self.mixed_precision and self.precision != "float32":
            raise ValueError(
                f"mixed precision is of float32 and bfloat16, but the precision is {self.precision}; leave one of them out"
            )
        return self

    @property
    def effective_momentum(self) -> float:
        """The momentum that the optimiser runs with; 0 for those that have none."""
        return _MOMENTUM.get(self.optimizer, 0.0) if self.momentum is None else self.momentum
