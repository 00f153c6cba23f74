"""Half precision to single, quicker than NumPy's own conversion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightline.core.arrays import F32, Bool

_KEEP: Final = np.int32(-0x70002000)
"""0x8FFFE000: the sign and the 15 bits of a half that was sign-extended and shifted by 13."""
_REBIAS: Final = np.float32(2.0**112)
"""The two formats' exponents are biased by 15 and 127."""
_EXPONENT: Final = np.uint16(0x7C00)
"""All of these bits are set in infinities and NaN, and in nothing else."""


def widen(rows: NDArray[Any], out: F32 | None = None) -> F32:
    """Return rows (N, D) as float32; infinities become 65,536, so give finite rows.

    Three whole-array operations on integers instead of a branch for each value: 2-6 times as fast
    as `astype` at 100,000 x 1,280.

    Args:
        rows: (N, D), float16 or float32.
        out: (N, D) to write to, float32, C order.
    """
    if rows.dtype != np.float16:
        return np.ascontiguousarray(rows, dtype=np.float32)
    wide = np.empty(rows.shape, np.float32) if out is None else out
    bits = wide.view(np.int32)
    bits[...] = np.ascontiguousarray(rows).view(np.int16)
    np.left_shift(bits, 13, out=bits)
    np.bitwise_and(bits, _KEEP, out=bits)
    np.multiply(wide, _REBIAS, out=wide)
    return wide


def finite_rows(rows: NDArray[Any]) -> Bool | None:
    """Return which rows (N,) of (N, D) hold neither infinities nor NaN; None: all of them."""
    if rows.dtype != np.float16:
        fine: Bool = np.isfinite(rows).all(axis=1)
        return None if fine.all() else fine
    exponents = np.ascontiguousarray(rows).view(np.uint16) & _EXPONENT
    if exponents.max(initial=0) < _EXPONENT:
        return None
    return np.asarray((exponents < _EXPONENT).all(axis=1))
