"""Networks described as data."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from studium.config import Frozen

Activation = Literal["relu", "leaky_relu", "elu", "gelu", "silu", "tanh", "sigmoid"]
Initialisation = Literal[
    "default", "xavier_uniform", "xavier_normal", "kaiming_uniform", "kaiming_normal", "orthogonal"
]

Width = Annotated[int, Field(ge=1, le=1_000_000)]
Probability = Annotated[float, Field(ge=0, lt=1)]


class _Head(Frozen):
    # What both kinds of network share: hidden linear layers, then one linear output layer.

    input_shape: tuple[Width, ...]
    n_outputs: Width
    hidden: tuple[Width, ...]
    activation: Activation = "relu"
    dropout: tuple[Probability, ...] = ()
    initialisation: Initialisation = "default"

    @model_validator(mode="after")
    def _one_dropout_per_hidden_layer(self) -> Self:
        if self.dropout and len(self.dropout) != len(self.hidden):
            raise ValueError(
                f"dropout has {len(self.dropout)} probabilities for {len(self.hidden)} hidden layers; "
                "give one per hidden layer, or none"
            )
        return self


class MLPSpec(_Head):
    """Fully connected network: hidden linear layers with activation and dropout, then a linear output layer.

    Attributes:
        input_shape: ``(F,)`` for tables; ``(C, H, W)`` for images, which are flattened.
        n_outputs: Classes (logits), or target columns.
        hidden: Units of each hidden layer, from the input on; may be empty (a linear model).
        activation: After each hidden layer.
        dropout: Probability of zeroing a unit after each hidden layer's activation, in [0, 1), one per hidden layer;
            empty: the network has no dropout layers.
        initialisation: Of the weights; biases are uniform for ``"default"`` (PyTorch's) and zero otherwise.

    Example:
        >>> MLPSpec(input_shape=(1,), n_outputs=1, hidden=(64, 64)).activation
        'relu'
    """

    kind: Literal["mlp"] = "mlp"


class ConvolutionSpec(Frozen):
    """One convolution, its activation, and an optional max-pooling.

    Attributes:
        channels: Output channels.
        kernel: Side of the square kernel, in pixels.
        stride: Step of the kernel, in pixels.
        padding: Zeros added on each side, in pixels.
        pool: Side and stride of the max-pooling after the activation; 1 is none.
    """

    channels: Width
    kernel: int = Field(default=3, ge=1)
    stride: int = Field(default=1, ge=1)
    padding: int = Field(default=0, ge=0)
    pool: int = Field(default=1, ge=1)


class CNNSpec(_Head):
    """Convolutional network: convolutions, then hidden linear layers, then a linear output layer.

    Attributes:
        input_shape: ``(C, H, W)``.
        n_outputs: Classes (logits), or target columns.
        convolutions: From the input on; at least one.
        hidden: Units of each hidden linear layer after flattening.
        activation: After each convolution and each hidden linear layer.
        dropout: As in :class:`MLPSpec`, in the linear part.
        initialisation: As in :class:`MLPSpec`.
    """

    kind: Literal["cnn"] = "cnn"
    input_shape: tuple[Width, Width, Width]
    convolutions: tuple[ConvolutionSpec, ...] = Field(min_length=1)


ModelSpec = Annotated[MLPSpec | CNNSpec, Field(discriminator="kind")]
