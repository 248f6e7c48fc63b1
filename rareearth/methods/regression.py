"""Least squares with errors that allow for autocorrelation, over gaps too."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Regression:
    """Least squares with a Newey-West covariance (arrays in the order of the columns).

    Attributes
    ----------
    estimate : ndarray, shape (k,)
    covariance : ndarray, shape (k, k)
    residuals : ndarray, shape (n,)
    lags : int
    """

    estimate: np.ndarray
    covariance: np.ndarray
    residuals: np.ndarray
    lags: int

    def interval(self, level: float) -> tuple[np.ndarray, np.ndarray]:
        """Return lower and upper bounds from Student's t with n - k degrees."""
        from scipy import stats

        free = len(self.residuals) - len(self.estimate)
        half = stats.t.ppf((1 + level) / 2, free) * self.errors
        return self.estimate - half, self.estimate + half

    @property
    def errors(self) -> np.ndarray:
        """Return the standard errors."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def p_values(self) -> np.ndarray:
        """Return two-sided p-values of zero, from Student's t with n - k degrees."""
        from scipy import stats

        free = len(self.residuals) - len(self.estimate)
        ratio = np.abs(self.estimate / self.errors)
        return 2 * stats.t.sf(ratio, free)


def newey_west(
    y: np.ndarray,
    x: np.ndarray,
    at: np.ndarray | None = None,
    lags: int | None = None,
    correction: bool = True,
) -> Regression:
    """Return least squares of y on x with a Newey-West covariance.

    (X'X)^-1 S (X'X)^-1 with S = G_0 + sum over l = 1..L of (1 - l / (L + 1))
    (G_l + G_l') and G_l = sum over t of u_t u_{t-l} x_t x_{t-l}'.

    Parameters
    ----------
    at : ndarray of int, optional
        The period of each row. Rows of a gap are absent, and a pair across it counts
        by its true distance (Parzen's amplitude modulation; Datta and Du 2012).
    lags : int, optional
        L. Default: floor(4 (n / 100)^(2/9)), with n the periods spanned.
    correction : bool
        Multiply the covariance by n / (n - k).

    References
    ----------
    Newey and West, *Econometrica* 55 (1987), 703; Datta and Du, FEDS 2012-53.
    """
    from statsmodels.stats.sandwich_covariance import S_hac_simple

    at = np.arange(len(y)) if at is None else at
    n, k = x.shape
    spanned = int(at[-1] - at[0]) + 1
    lags = int(4 * (spanned / 100) ** (2 / 9)) if lags is None else lags
    inverse = np.linalg.inv(x.T @ x)
    estimate = inverse @ (x.T @ y)
    residuals = y - x @ estimate
    scores = np.zeros((spanned, k))
    scores[at - at[0]] = x * residuals[:, None]
    covariance = inverse @ S_hac_simple(scores, nlags=lags) @ inverse
    if correction:
        covariance = covariance * n / (n - k)
    return Regression(estimate, covariance, residuals, lags)
