"""Validation: replicates, cross-validation, statistics."""

from studium.validation.comparison import Comparison, not_worse
from studium.validation.cross_validation import CrossValidation, KFoldCrossValidator, Point, cross_validate
from studium.validation.intervals import Band, Interval, band, interval, wilson
from studium.validation.model_tests import McNemarTest, mcnemar, paired_errors
from studium.validation.multiplicity import holm, simes
from studium.validation.paired_test import PairedTest, corrected_paired_test
from studium.validation.ranges import GoodRange, good_range
from studium.validation.replicates import Replicate, Replicates, hold_out, k_fold

__all__ = [
    "Band",
    "Comparison",
    "CrossValidation",
    "GoodRange",
    "Interval",
    "KFoldCrossValidator",
    "McNemarTest",
    "PairedTest",
    "Point",
    "Replicate",
    "Replicates",
    "band",
    "corrected_paired_test",
    "cross_validate",
    "good_range",
    "hold_out",
    "holm",
    "interval",
    "k_fold",
    "mcnemar",
    "not_worse",
    "paired_errors",
    "simes",
    "wilson",
]
