"""Figures: each gathers plain data from a result first, and draws them second; reports and pages share both."""

from studium.report.figures.comparison_scores import (
    ComparisonScoresData,
    comparison_scores_data,
    draw_comparison_scores,
)
from studium.report.figures.confusion import ConfusionData, confusion_data, draw_confusion
from studium.report.figures.fitted_curve import FittedCurveData, draw_fitted_curve, fitted_curve_data
from studium.report.figures.loss_curves import LossCurvesData, draw_loss_curves, loss_curves_data
from studium.report.figures.predicted_rows import PredictedRowsData, draw_predicted_rows, predicted_rows_data
from studium.report.figures.samples import SampleData, draw_sample, sample_data
from studium.report.figures.scores import ScoresData, draw_scores, scores_data
from studium.report.figures.study_curves import StudyCurvesData, draw_study_curves, study_curves_data
from studium.report.figures.study_map import StudyMapData, draw_study_map, study_map_data
from studium.report.figures.study_scores import StudyScoresData, draw_study_scores, study_scores_data
from studium.report.figures.study_stopping import StudyStoppingData, draw_study_stopping, study_stopping_data

__all__ = [
    "ComparisonScoresData",
    "ConfusionData",
    "FittedCurveData",
    "LossCurvesData",
    "PredictedRowsData",
    "SampleData",
    "ScoresData",
    "StudyCurvesData",
    "StudyMapData",
    "StudyScoresData",
    "StudyStoppingData",
    "comparison_scores_data",
    "confusion_data",
    "draw_comparison_scores",
    "draw_confusion",
    "draw_fitted_curve",
    "draw_loss_curves",
    "draw_predicted_rows",
    "draw_sample",
    "draw_scores",
    "draw_study_curves",
    "draw_study_map",
    "draw_study_scores",
    "draw_study_stopping",
    "fitted_curve_data",
    "loss_curves_data",
    "predicted_rows_data",
    "sample_data",
    "scores_data",
    "study_curves_data",
    "study_map_data",
    "study_scores_data",
    "study_stopping_data",
]
