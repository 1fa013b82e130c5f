import numpy as np
import pytest

from autograd import Tensor
from nn import data
from tests.nn.reference import global_state

IMAGES = np.arange(2 * 3 * 5 * 4, dtype=np.uint8).reshape(2, 3, 5, 4)
FLOATS = np.random.default_rng(0).normal(size=(50, 6)).astype(np.float32)

CALLS = {
    "gaussian_noise": lambda rng: data.gaussian_noise(FLOATS, 0.5, rng),
    "random_shift": lambda rng: data.random_shift(FLOATS, 2, rng),
    "random_flip": lambda rng: data.random_flip(FLOATS, rng),
    "random_crop": lambda rng: data.random_crop(FLOATS.reshape(50, 2, 3), 2, rng),
    "mixup": lambda rng: np.concatenate(data.mixup(FLOATS, FLOATS, 0.4, rng), axis=1),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_seed_fixes_the_result_and_nothing_else_changes(name):
    before, state = FLOATS.copy(), global_state()
    rng = np.random.default_rng(1)
    first, second = CALLS[name](rng), CALLS[name](rng)
    assert np.array_equal(first, CALLS[name](np.random.default_rng(1)))
    assert not np.array_equal(first, second)
    assert first.dtype == np.float32
    assert not np.shares_memory(first, FLOATS)
    assert np.array_equal(FLOATS, before)
    assert global_state() == state


def test_noise_has_its_standard_deviation():
    noise = data.gaussian_noise(np.zeros((1000, 100)), 0.5, np.random.default_rng(2))
    assert abs(noise.mean()) < 0.01
    assert abs(noise.std() - 0.5) < 0.01
    assert np.array_equal(data.gaussian_noise(FLOATS, 0, np.random.default_rng(2)), FLOATS)


def test_each_sample_is_shifted_by_one_of_all_numbers_of_places():
    x = np.arange(1, 6)
    shifts = {tuple(np.concatenate([np.zeros(max(s, 0)), x[max(-s, 0) : 5 - max(s, 0)], np.zeros(max(-s, 0))])): s
              for s in range(-2, 3)}  # fmt: skip
    rows = data.random_shift(np.tile(x, (500, 1)), 2, np.random.default_rng(3))
    seen = [shifts[tuple(row)] for row in rows]
    assert all(60 < seen.count(s) < 140 for s in range(-2, 3))


def test_images_are_shifted_as_a_whole_in_both_directions():
    images = np.ones((400, 3, 5, 4))
    images[:, 1] = 2
    shifted = data.random_shift(images, 2, np.random.default_rng(4), axes=(-2, -1), fill=-1)
    assert shifted.shape == images.shape
    assert np.array_equal(shifted[:, 1] == 2, shifted[:, 0] == 1)  # all channels alike
    places = {tuple(np.argwhere(image[0] == 1)[0]) for image in shifted}
    assert len(places) == 9  # from 0 to 2 in each direction
    assert set(np.unique(shifted)) == {-1, 1, 2}


def test_each_sample_is_flipped_or_not():
    x = np.tile(IMAGES[:1], (400, 1, 1, 1))
    for axis in (-1, -2):
        result = data.random_flip(x, np.random.default_rng(5), p=0.25, axis=axis)
        flipped = np.array([np.array_equal(image, np.flip(IMAGES[0], axis)) for image in result])
        same = np.array([np.array_equal(image, IMAGES[0]) for image in result])
        assert (flipped ^ same).all()
        assert 70 < flipped.sum() < 130
    assert np.array_equal(data.random_flip(x, np.random.default_rng(5), p=1.0), x[..., ::-1])
    assert result.dtype == np.uint8


def test_a_crop_is_a_window_of_the_image():
    crops = data.random_crop(np.tile(IMAGES[:1], (300, 1, 1, 1)), (3, 2), np.random.default_rng(6))
    windows = {IMAGES[0, :, i : i + 3, j : j + 2].tobytes() for i in range(3) for j in range(3)}
    assert crops.shape == (300, 3, 3, 2)
    assert {crop.tobytes() for crop in crops} == windows
    assert np.array_equal(data.random_crop(IMAGES, (5, 4), np.random.default_rng(6)), IMAGES)


def test_a_crop_of_a_padded_image():
    crops = data.random_crop(np.ones((300, 4, 4)), 4, np.random.default_rng(7), padding=1, fill=5)
    counts = {int((crop == 1).sum()) for crop in crops}
    assert crops.shape == (300, 4, 4)
    assert counts == {9, 12, 16}
    assert set(np.unique(crops)) == {1, 5}


def test_mixup_mixes_inputs_and_targets_alike():
    x, y = data.mixup(FLOATS, FLOATS * 2, 1.0, np.random.default_rng(8))
    assert np.allclose(y, x * 2, rtol=1e-5)
    ids = np.arange(50) % 3
    _, y = data.mixup(FLOATS, np.eye(3)[ids], 1.0, np.random.default_rng(8))
    assert np.allclose(y.sum(axis=1), 1)
    assert ((y >= 0) & (y <= 1)).all()
    assert ((y > 0).sum(axis=1) == 2).any()
    places = np.eye(50)
    _, shares = data.mixup(FLOATS, places, 1.0, np.random.default_rng(8))
    assert np.allclose(shares @ FLOATS, x, atol=1e-6)


RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    "call, error, message",
    [
        (
            lambda: data.gaussian_noise(FLOATS, 0.1, 0),
            TypeError,
            r"Generator, not a int; .*a seed would change every b",
        ),
        (lambda: data.random_flip(FLOATS, None), TypeError, r"random_flip: rng is a .*, not a NoneType"),
        (lambda: data.gaussian_noise(Tensor(FLOATS), 0.1, RNG), TypeError, r"before they become Tensors"),
        (lambda: data.gaussian_noise(IMAGES, 0.1, RNG), ValueError, r"floats are wanted, not uint8; .*/ 255"),
        (lambda: data.gaussian_noise(FLOATS, -0.1, RNG), ValueError, r"std=-0.1 is not a number in \[0, inf\)"),
        (lambda: data.gaussian_noise(["a"], 0.1, RNG), ValueError, r"numbers are wanted, not <U1"),
        (lambda: data.gaussian_noise(1.0, 0.1, RNG), ValueError, r"a batch of shape \(\) has less than 1 axes"),
        (lambda: data.random_shift(FLOATS, 7, RNG), ValueError, r"max_shift=7 is not an integer from 0 to 6"),
        (lambda: data.random_shift(FLOATS, 1.5, RNG), ValueError, r"max_shift=1.5 is not an integer"),
        (lambda: data.random_shift(FLOATS, 1, RNG, axes=0), ValueError, r"axis 0 is not one of the samples', 1 to 1"),
        (lambda: data.random_shift(FLOATS, 1, RNG, axes=(1, -1)), ValueError, r"axes=\(1, -1\) name one axis twice"),
        (lambda: data.random_shift(FLOATS, 1, RNG, axes=(1, 2)), ValueError, r"axis 2 is not one of"),
        (lambda: data.random_shift(IMAGES, 1, RNG, fill=-1), ValueError, r"random_shift: fill=-1 is no uint8"),
        (lambda: data.random_crop(IMAGES, 2, RNG, 1, fill=0.5), ValueError, r"random_crop: fill=0.5 is no uint8"),
        (lambda: data.random_flip(FLOATS, RNG, p=1.5), ValueError, r"p=1.5 is not a number in \[0, 1\]"),
        (lambda: data.random_flip(FLOATS, RNG, p="a"), ValueError, r"p='a' is not a number in \[0, 1\]"),
        (lambda: data.random_flip(FLOATS, RNG, axis=1.0), ValueError, r"axis 1.0 is not one of the samples"),
        (lambda: data.gaussian_noise(FLOATS, None, RNG), ValueError, r"std=None is not a number"),
        (lambda: data.random_flip(FLOATS, RNG, axis=-2), ValueError, r"axis -2 is not one of the samples"),
        (lambda: data.random_crop(IMAGES, 6, RNG), ValueError, r"size=6 does not fit into 5 x 4, padding included"),
        (lambda: data.random_crop(IMAGES, (0, 2), RNG), ValueError, r"size=\(0, 2\) does not fit"),
        (lambda: data.random_crop(IMAGES, (1, 2, 3), RNG), ValueError, r"size=\(1, 2, 3\) does not fit"),
        (lambda: data.random_crop(IMAGES, 2.5, RNG), ValueError, r"size=2.5 does not fit"),
        (lambda: data.random_crop(IMAGES, 2, RNG, padding=-1), ValueError, r"padding=-1 is not an integer from 0"),
        (lambda: data.random_crop(FLOATS, 2, RNG), ValueError, r"\(50, 6\) has less than 3 axes"),
        (lambda: data.mixup(FLOATS, np.arange(50), 1.0, RNG), ValueError, r"targets of int64 .*np.eye\(classes\)\[ids"),
        (lambda: data.mixup(IMAGES, np.eye(2), 1.0, RNG), ValueError, r"floats are wanted, not uint8"),
        (lambda: data.mixup(FLOATS, np.eye(3), 1.0, RNG), ValueError, r"50 inputs and 3 targets"),
        (lambda: data.mixup(FLOATS, np.eye(50), 0.0, RNG), ValueError, r"alpha=0.0 is not a number in \(0, inf\)"),
    ],
)
def test_what_does_not_fit_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
