"""Layers: modules with parameters, one family a file."""

from autograd import skip_frames_of

skip_frames_of(__name__)
