"""The chance that at least one of k samples passes.

The unbiased estimator of Chen et al. 2021, "Evaluating Large Language Models Trained on Code", section 2.1
(https://arxiv.org/abs/2107.03374). Of n samples of a problem c passed; among all ways to draw k of the n, it is
the share that holds at least one of the c. The plausible 1 - (1 - c/n)^k is too low on average (appendix A there).
"""

from collections.abc import Iterable
from math import comb
from statistics import fmean


def pass_at_k(samples: int, passed: int, k: int) -> float:
    """Return 1 - C(n - c, k) / C(n, k) for one problem. Raises ValueError where fewer than k samples are there."""
    if not 0 <= passed <= samples:
        raise ValueError(f"{passed} of {samples} samples can't have passed")
    if not 1 <= k <= samples:
        raise ValueError(f"pass@{k} needs at least {max(k, 1)} samples of each problem, there are {samples}")
    return 1 - comb(samples - passed, k) / comb(samples, k)


def mean_pass_at_k(counts: Iterable[tuple[int, int]], k: int) -> float | None:
    """Return the mean over problems, given as (samples, passed); None where one has fewer than k samples."""
    counted = list(counts)
    if not counted or any(samples < k for samples, _ in counted):
        return None
    return fmean(pass_at_k(samples, passed, k) for samples, passed in counted)
