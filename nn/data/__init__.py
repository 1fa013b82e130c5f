"""Data on their way into a model: random augmentations of batches."""

from nn.data.augmentation import gaussian_noise, mixup, random_crop, random_flip, random_shift

__all__ = ["gaussian_noise", "mixup", "random_crop", "random_flip", "random_shift"]
