"""The interface of an engine that speaks."""

from typing import Protocol

from morgan_shared.errors import ServiceError


class Speaker(Protocol):
    """A loaded engine."""

    async def speak(self, text: str, voice: str | None, speed: float) -> bytes:
        """Return a WAV file of the text.

        Args:
            text: what to say.
            voice: one of the engine's voices, or None for its usual one.
            speed: 1 is the engine's usual pace, 2 twice as fast.

        Raises:
            ServiceError: 422 for a voice the engine lacks or a text without a sound, 503 if it is busy or fails,
                504 if it takes too long.

        """
        ...


def nothing_to_say() -> ServiceError:
    """Make the answer to a text that has no sound, such as one of invisible characters."""
    return ServiceError(422, "nothing_to_say", "text: holds nothing that can be spoken", field="text")
