"""Turns speech probabilities into segments, by hysteresis; bridges short pauses and drops clicks."""

from collections.abc import Iterable
from dataclasses import dataclass

SAMPLE_RATE = 16000
FRAME_SAMPLES = 512
START_PROBABILITY = 0.5
END_PROBABILITY = 0.35
MIN_SPEECH_S = 0.25
MIN_PAUSE_S = 0.1
PADDING_S = 0.03


@dataclass(frozen=True)
class Segment:
    """A stretch of speech, in seconds from the recording's start."""

    start_s: float
    end_s: float


def find_segments(probabilities: Iterable[float], duration_s: float) -> list[Segment]:
    """Return the stretches of speech, in order and apart.

    Speech begins at a frame of 0.5 or more. It ends after 0.1 s below 0.35. Stretches shorter than 0.25 s are dropped.
    Each segment gets 0.03 s more on both sides, within the recording and up to half of a gap.
    """
    spoken = [s for s in _triggered(probabilities, duration_s) if s.end_s - s.start_s >= MIN_SPEECH_S]
    padded = []
    for index, segment in enumerate(spoken):
        before = spoken[index - 1].end_s if index > 0 else -segment.start_s
        after = spoken[index + 1].start_s if index + 1 < len(spoken) else 2 * duration_s - segment.end_s
        start = segment.start_s - min(PADDING_S, (segment.start_s - before) / 2)
        end = segment.end_s + min(PADDING_S, (after - segment.end_s) / 2)
        padded.append(Segment(round(start, 3), round(end, 3)))
    return padded


def _triggered(probabilities: Iterable[float], duration_s: float) -> list[Segment]:
    segments: list[Segment] = []
    start: float | None = None
    pause: float | None = None
    for index, probability in enumerate(probabilities):
        at = index * FRAME_SAMPLES / SAMPLE_RATE
        if probability >= START_PROBABILITY:
            start = at if start is None else start
            pause = None
        elif probability < END_PROBABILITY and start is not None:
            pause = at if pause is None else pause
            if at - pause >= MIN_PAUSE_S:
                segments.append(Segment(start, pause))
                start = pause = None
    if start is not None:
        segments.append(Segment(start, duration_s))
    return segments
