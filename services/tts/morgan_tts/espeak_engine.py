"""Speech from the program espeak-ng."""

from typing import Self

from morgan_shared.engine import EngineUnavailableError
from morgan_shared.errors import ServiceError
from morgan_shared.slots import Slots
from morgan_shared.wav_writer import write_wav
from morgan_tts.process import run_program
from morgan_tts.settings import TtsSettings
from morgan_tts.speaker import nothing_to_say

DEFAULT_VOICE = "en-us"
WORDS_PER_MINUTE = 175
HEADER_BYTES = 44
RATE = 22050
"""Samples a second of the program's voices, which have one channel of 16 bit."""
MAX_LIST_BYTES = 1_000_000
LOAD_TIMEOUT_S = 10.0


class EspeakSpeaker:
    """The program after a successful first run, with its voices."""

    def __init__(self, program: str, voices: frozenset[str], settings: TtsSettings) -> None:
        self._program = program
        self._voices = voices
        self._timeout_s = settings.synthesis_timeout_s
        self._max_bytes = HEADER_BYTES + 2 * round(settings.max_speech_s * RATE)
        self._slots = Slots(workers=settings.workers, queue=settings.queue)

    @classmethod
    async def load(cls, program: str, settings: TtsSettings) -> Self:
        """List the program's voices, which also checks that the program runs and finds its data.

        Raises:
            EngineUnavailableError: if the program cannot be run or lacks the default voice.

        """
        try:
            listed = await run_program([program, "--voices"], "", LOAD_TIMEOUT_S, MAX_LIST_BYTES)
        except (OSError, TimeoutError) as error:
            raise EngineUnavailableError(f"the program {program} cannot be run: {error or 'no answer'}") from error
        # Pty Language Age/Gender VoiceName File Other
        voices = frozenset(columns[1] for columns in map(str.split, listed.output.decode().splitlines()[1:]) if columns)
        if DEFAULT_VOICE not in voices:
            raise EngineUnavailableError(f"{program} does not have the voice {DEFAULT_VOICE}: {listed.error}")
        return cls(program, voices, settings)

    async def speak(self, text: str, voice: str | None, speed: float) -> bytes:
        """Return a WAV file of the text; a voice is a language of espeak-ng, such as en-gb, de or fr-fr."""
        chosen = voice or DEFAULT_VOICE
        if chosen not in self._voices:
            raise ServiceError(422, "unknown_voice", f"voice: {voice!r} is not a voice of espeak-ng", field="voice")
        pace = str(round(WORDS_PER_MINUTE * speed))
        command = [self._program, "--stdin", "--stdout", "-b", "1", "-v", chosen, "-s", pace]
        async with self._slots.slot():
            try:
                spoken = await run_program(command, text, self._timeout_s, self._max_bytes)
            except TimeoutError:
                raise ServiceError(504, "synthesis_timeout", f"not spoken within {self._timeout_s:g} s") from None
            except OSError as error:
                raise ServiceError(503, "engine_failed", f"espeak-ng cannot be run: {error.strerror}") from error
        if spoken.code != 0:
            raise ServiceError(503, "engine_failed", f"espeak-ng failed: {spoken.error or f'exit code {spoken.code}'}")
        if len(spoken.output) <= HEADER_BYTES:
            raise nothing_to_say()
        # espeak-ng writes its header before the samples, so the header does not hold their real length.
        rate = int.from_bytes(spoken.output[24:28], "little")
        return write_wav(spoken.output[HEADER_BYTES:], rate)
