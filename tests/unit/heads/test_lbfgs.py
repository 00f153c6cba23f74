"""The minimiser ends where SciPy's does."""

from __future__ import annotations

import numpy as np
import pytest

from sightline.heads.lbfgs import minimise


@pytest.mark.parametrize("spread", [1.0, 1e3])
def test_a_bowl_is_solved_also_when_it_is_long_and_narrow(spread: float) -> None:
    scale = np.linspace(1, spread, 40)
    lowest = np.arange(40.0)

    def loss(x: np.ndarray) -> tuple[float, np.ndarray]:
        gap = x - lowest
        return float((scale * gap**2).sum()), 2 * scale * gap

    found = minimise(loss, np.zeros(40), gradient_tolerance=1e-7, value_tolerance=0.0)
    assert found == pytest.approx(lowest, abs=1e-4)


def test_it_agrees_with_scipy_on_a_curved_valley() -> None:
    from scipy.optimize import minimize

    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(80, 10)), rng.integers(0, 2, 80) * 2.0 - 1

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        z = -b * (a @ w)
        value = np.logaddexp(0, z).sum() + 0.05 * w @ w
        return float(value), a.T @ (-b / (1 + np.exp(-z))) + 0.1 * w

    peer = minimize(loss, np.zeros(10), jac=True, method="L-BFGS-B", options={"gtol": 1e-9})
    found = minimise(loss, np.zeros(10), gradient_tolerance=1e-7, value_tolerance=0.0)
    assert found == pytest.approx(peer.x, abs=1e-4)


def test_the_lowest_place_is_left_alone_and_what_cannot_fall_ends() -> None:
    assert minimise(lambda x: (float(x @ x), 2 * x), np.zeros(3)).tolist() == [0, 0, 0]
    stuck = minimise(lambda x: (1.0, np.ones_like(x)), np.ones(2))
    assert np.isfinite(stuck).all()
