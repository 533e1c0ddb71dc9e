"""Training: members in, fits out."""

from studium.training.config import Augmentation, TrainConfig
from studium.training.evaluation import Scores, evaluate_module, network_outputs
from studium.training.fit import Fit, History
from studium.training.member import Member
from studium.training.progress import Progress
from studium.training.race import Race
from studium.training.trainer import Trainer

__all__ = [
    "Augmentation",
    "Fit",
    "History",
    "Member",
    "Progress",
    "Race",
    "Scores",
    "TrainConfig",
    "Trainer",
    "evaluate_module",
    "network_outputs",
]
