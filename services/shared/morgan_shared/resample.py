"""Changes the sample rate of audio."""

from math import gcd

import numpy as np

from morgan_shared.wav import Audio, Samples

ZERO_CROSSINGS = 16
"""Length of the filter on each side, in zero crossings of its sinc: enough for a stop band of 60 dB."""
ROLL_OFF = 0.92
"""Pass band as a share of the lower rate's band; the rest is the filter's transition band."""
KAISER_BETA = 8.0
BLOCK = 4096


def resample(audio: Audio, sample_rate: int) -> Audio:
    """Return the audio at another rate, with a low-pass filter against aliasing."""
    if audio.sample_rate == sample_rate:
        return audio
    common = gcd(audio.sample_rate, sample_rate)
    up, down = sample_rate // common, audio.sample_rate // common
    taps = _polyphase_filter(up, down)
    reach = taps.shape[1] // 2
    padded = np.pad(audio.samples, reach)
    windows = np.lib.stride_tricks.sliding_window_view(padded, taps.shape[1])
    count = max(1, len(audio.samples) * up // down)
    output = np.empty(count, np.float32)
    for start in range(0, count, BLOCK):
        position = np.arange(start, min(start + BLOCK, count)) * down
        # The phase is the position of an output sample between two input samples. Each phase has its own filter.
        output[start : start + BLOCK] = np.einsum("ij,ij->i", windows[position // up], taps[position % up])
    return Audio(np.clip(output, -1, 1), sample_rate)


def _polyphase_filter(up: int, down: int) -> Samples:
    """Make one windowed-sinc filter for each of the `up` positions between two input samples."""
    cutoff = ROLL_OFF * min(1.0, up / down)
    reach = int(np.ceil(ZERO_CROSSINGS / cutoff))
    distance = np.arange(-reach, reach + 1) - np.arange(up)[:, None] / up
    inside = np.clip(1 - (distance / (reach + 1)) ** 2, 0, None)
    window = np.i0(KAISER_BETA * np.sqrt(inside)) / np.i0(KAISER_BETA)
    filters: Samples = (np.sinc(distance * cutoff) * window).astype(np.float32)
    filters /= filters.sum(axis=1, keepdims=True)
    return filters
