from __future__ import annotations

import numpy as np
import pytest

from studium.data import open_dataset
from studium.studies import Trial
from studium.studies.scoring import advice, judged, scored
from studium.validation import interval, k_fold, not_worse
from tests.studies.made import assessment, replicates

FOUR = replicates()


def trials(*rows: list[float]) -> list[Trial]:
    found = [assessment([[score] if score > 0 else [] for score in row], FOUR) for row in rows]
    return [scored(number, {"lr": 0.1 * number}, each) for number, each in enumerate(found)]


def test_a_trial_by_hand() -> None:
    trial = scored(4, {"lr": 0.1}, assessment([[9, 1], [9, 2], [9, 3], [9, 6]], FOUR))
    assert (trial.number, trial.values, trial.status, trial.n) == (4, {"lr": 0.1}, "complete", 4)
    assert trial.scores == ((1, 2), (3, 6))
    assert trial.mean == 3
    assert trial.std == pytest.approx((14 / 3) ** 0.5)
    around = interval(np.array([1.0, 2, 3, 6]), 2 / 8)  # tested on 2 rows, trained on 8
    assert (trial.low, trial.high) == (around.low, around.high)
    assert (trial.epochs.mean, trial.epochs.low, trial.epochs.high) == (2, 2, 2)
    assert trial.best_epoch.mean == 2
    assert trial.parameters == 8 + 8 + 8 + 1


def test_learning_curves_are_means_in_which_what_ended_early_keeps_its_last_value() -> None:
    trial = scored(0, {}, assessment([[4, 2], [8], [4, 2], [4, 2]], FOUR))
    assert trial.validation is not None
    assert trial.training is not None
    assert (trial.validation.epochs, trial.validation.mean) == ((1, 2), (2.5, 1.75))  # halves of the metric
    assert trial.training.mean == (0.5, 0.35)  # tenths
    assert all(low <= mean <= high for low, mean, high in zip(*_bounds(trial), strict=True))


def _bounds(trial: Trial) -> tuple[tuple[float, ...], ...]:
    assert trial.validation is not None
    return trial.validation.low, trial.validation.mean, trial.validation.high


def test_long_curves_are_thinned_but_keep_their_ends() -> None:
    found = assessment([list(range(1, 5001))] * 4, FOUR)
    trial = scored(0, {}, found)
    assert trial.validation is not None
    assert len(trial.validation.epochs) == 100
    assert (trial.validation.epochs[0], trial.validation.epochs[-1]) == (1, 5000)
    assert scored(0, {}, found, curves=False).validation is None


def test_one_replicate_has_a_mean_without_bounds() -> None:
    trial = scored(0, {}, assessment([[3.0]], replicates(1, 1)))
    assert (trial.mean, trial.std, trial.low, trial.high) == (3, None, None, None)
    assert trial.validation is not None
    assert trial.validation.low == ()
    assert trial.epochs.low is None


def test_a_value_with_a_diverged_replicate_has_no_mean_and_is_worse() -> None:
    found, judgement = judged(trials([1, 2, 3, 0], [5, 6, 7, 8]), FOUR, lower_is_better=True)
    assert (judgement[0].status, judgement[0].n, judgement[0].n_diverged) == ("diverged", 3, 1)
    assert judgement[0].scores == ((1, 2), (3, None))
    assert (judgement[0].mean, judgement[0].p_value, judgement[0].not_worse) == (None, None, False)
    assert (found.best, judgement[1].not_worse) == (1, True)


def test_all_diverged_is_a_verdict() -> None:
    found, judgement = judged(trials([0, 0, 0, 0], [0, 1, 1, 1]), FOUR, lower_is_better=True)
    assert found.best is None
    assert [each.not_worse for each in judgement] == [False, False]
    assert judgement[0].validation is None


@pytest.mark.parametrize("lower_is_better", [True, False])
def test_errors_are_judged_by_ratios_and_accuracies_by_differences(lower_is_better: bool) -> None:
    rows = [[0.1, 0.9, 0.1, 0.9], [0.3, 0.5, 0.3, 0.5], [0.6, 0.7, 0.6, 0.7]]
    found, judgement = judged(trials(*rows), FOUR, lower_is_better=lower_is_better)
    expected = not_worse(np.array(rows), 0.25, lower_is_better, ratios=lower_is_better)
    assert [each.p_value for each in judgement] == pytest.approx(expected.p_values.tolist())
    assert found.best == (
        0 if lower_is_better else 2
    )  # the first has the smallest geometric, not arithmetic, mean
    assert ("ratios" in found.description) == lower_is_better


def test_of_a_trial_that_failed_nothing_is_known() -> None:
    def trial(number: int, status: str, *scores: float | None) -> Trial:
        return Trial(number=number, values={"lr": number}, status=status, scores=(scores,))  # type: ignore[arg-type]

    trials = [
        trial(0, "failed", None, 0.1, 0.1),
        trial(1, "complete", 1.0, 1.1, 0.9),
        trial(2, "diverged", None, 1.0, 1.0),
        trial(3, "complete", 0.5, 0.55, 0.45),
    ]
    three = k_fold(open_dataset("curve"), n_folds=3)
    found, verdicts = judged(trials, three, lower_is_better=True)
    assert found.best == 3
    assert [each.number for each in verdicts] == [0, 1, 2, 3]
    assert verdicts[0] == trials[0]
    assert [each.not_worse for each in verdicts] == [False, False, False, True]
    assert verdicts[1].p_value is not None
    assert "1 more diverged" in found.description
    assert advice(verdicts, "value") == (
        "1 of 4 values diverged and count as worse; 1 of 4 values failed and nothing is known of them"
    )
    everything = judged([trial(0, "failed", None, None, None)], three, lower_is_better=True)
    assert everything[0].best is None
