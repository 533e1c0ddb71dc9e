"""Studies: parameters, comparisons, retraining.

::

    StudyPlan -> run_study -> StudyResult
    ComparisonPlan -> compare -> ComparisonResult, Winner -> refit

Results are plain data and light to import; what trains brings PyTorch along, and is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from studium.studies.results import (
    Candidate,
    ComparisonResult,
    Curve,
    Estimate,
    GoodValues,
    StudyResult,
    Trial,
)

if TYPE_CHECKING:
    from studium.studies.assessment import Assessment, assess
    from studium.studies.comparison import ComparisonPlan, Contender, Winner, check_comparison, compare
    from studium.studies.contenders import (
        IMAGE_STRUCTURES,
        OPTIMIZERS,
        STRUCTURES,
        optimizers,
        structure,
        structures,
        usual_structures,
    )
    from studium.studies.parameter_base import Parameter
    from studium.studies.parameters import parameter, parameter_names
    from studium.studies.retraining import refit
    from studium.studies.sampling import SamplerName
    from studium.studies.space import Dimension, parse_dimension, point_at
    from studium.studies.study import StudyPlan, check_study, run_study

__all__ = [
    "IMAGE_STRUCTURES",
    "OPTIMIZERS",
    "STRUCTURES",
    "Assessment",
    "Candidate",
    "ComparisonPlan",
    "ComparisonResult",
    "Contender",
    "Curve",
    "Dimension",
    "Estimate",
    "GoodValues",
    "Parameter",
    "SamplerName",
    "StudyPlan",
    "StudyResult",
    "Trial",
    "Winner",
    "assess",
    "check_comparison",
    "check_study",
    "compare",
    "optimizers",
    "parameter",
    "parameter_names",
    "parse_dimension",
    "point_at",
    "refit",
    "run_study",
    "structure",
    "structures",
    "usual_structures",
]

_HOMES = {
    "IMAGE_STRUCTURES": "contenders",
    "OPTIMIZERS": "contenders",
    "STRUCTURES": "contenders",
    "Assessment": "assessment",
    "ComparisonPlan": "comparison",
    "Contender": "comparison",
    "Dimension": "space",
    "Parameter": "parameter_base",
    "SamplerName": "sampling",
    "StudyPlan": "study",
    "Winner": "comparison",
    "assess": "assessment",
    "check_comparison": "comparison",
    "check_study": "study",
    "compare": "comparison",
    "optimizers": "contenders",
    "parameter": "parameters",
    "parameter_names": "parameters",
    "parse_dimension": "space",
    "point_at": "space",
    "refit": "retraining",
    "run_study": "study",
    "structure": "contenders",
    "structures": "contenders",
    "usual_structures": "contenders",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
