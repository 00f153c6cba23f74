"""What is blurred cannot be recognised any more, and the rest stays as it was."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fakes.clips import frame
from sightline.core.media import Blur
from sightline.imaging.blur import CELLS, HELD_FRAMES, Blurrer, blurred

SHARE = st.floats(-0.2, 1.2, allow_nan=False)


def noise(seed: int = 0) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Return a picture without structure."""
    return np.random.default_rng(seed).integers(0, 255, (60, 80, 3), dtype=np.uint8)


def test_what_is_left_of_a_region_are_a_few_colours_and_nothing_else_changes() -> None:
    image = noise()

    out = blurred(image, [(10, 20, 50, 50)])

    assert np.array_equal(out[:20], image[:20])
    assert np.array_equal(out[:, 50:], image[:, 50:])
    inside = out[20:50, 10:50].astype(float)
    assert inside.std() < image[20:50, 10:50].std() / 5
    singular = np.linalg.svd(inside.mean(-1), compute_uv=False)
    assert (singular > singular[0] / 100).sum() <= CELLS


def test_two_pictures_that_differ_in_detail_alone_are_the_same_afterwards() -> None:
    image = noise()
    swapped = image.copy()
    swapped[20:22, 10:12] = swapped[20:22, 10:12][::-1]

    assert np.array_equal(blurred(image, [(0, 0, 80, 60)]), blurred(swapped, [(0, 0, 80, 60)]))


@given(st.tuples(SHARE, SHARE, SHARE, SHARE))
def test_no_box_is_too_odd(box: tuple[float, float, float, float]) -> None:
    image = noise()

    out = blurred(image, [(box[0] * 80, box[1] * 60, box[2] * 80, box[3] * 60)])

    assert out.shape == image.shape


def test_regions_are_shares_of_the_picture() -> None:
    blurrer = Blurrer(Blur(regions=((0.5, 0.0, 1.0, 1.0),)), None)

    out = blurrer(noise())

    assert np.array_equal(out[:, :40], noise()[:, :40])
    assert not np.array_equal(out[:, 40:], noise()[:, 40:])


def test_a_face_that_is_missed_for_a_while_stays_blurred_where_it_was() -> None:
    answers = iter([[(10.0, 10.0, 30.0, 30.0)], *([[]] * 30)])
    blurrer = Blurrer(Blur(faces=True), lambda _image: next(answers))
    image = frame(3, (80, 60))
    image[::2, ::2] = 0

    changed = [not np.array_equal(blurrer(image), image) for _ in range(HELD_FRAMES + 3)]

    assert changed == [True] * (HELD_FRAMES + 1) + [False] * 2
    assert blurrer.faces == 1
