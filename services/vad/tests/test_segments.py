from itertools import pairwise

import pytest

from morgan_vad.segments import Segment, find_segments

FRAME_S = 0.032


def frames(*runs: tuple[float, int]) -> list[float]:
    return [probability for probability, count in runs for _ in range(count)]


def found(*runs: tuple[float, int]) -> list[Segment]:
    probabilities = frames(*runs)
    return find_segments(probabilities, len(probabilities) * FRAME_S)


def test_silence_has_no_segments() -> None:
    assert found((0.0, 100)) == []
    assert found() == []


def test_speech_is_found_with_a_margin() -> None:
    (segment,) = found((0.0, 50), (0.9, 50), (0.0, 50))
    assert segment.start_s == pytest.approx(50 * FRAME_S - 0.03)
    assert segment.end_s == pytest.approx(100 * FRAME_S + 0.03)


def test_a_click_is_no_speech() -> None:
    assert found((0.0, 50), (0.9, 5), (0.0, 50)) == []


def test_a_short_pause_is_bridged_and_a_long_one_is_not() -> None:
    assert len(found((0.9, 30), (0.0, 2), (0.9, 30))) == 1
    assert len(found((0.9, 30), (0.0, 20), (0.9, 30))) == 2


def test_a_probability_between_the_limits_changes_nothing() -> None:
    assert len(found((0.9, 30), (0.4, 30), (0.9, 30))) == 1
    assert found((0.4, 100)) == []


def test_segments_stay_within_the_recording_and_apart() -> None:
    segments = found((0.9, 30), (0.0, 5), (0.9, 30))
    assert segments[0].start_s == 0
    assert segments[-1].end_s == pytest.approx(65 * FRAME_S)
    for before, after in pairwise(segments):
        assert before.end_s <= after.start_s
