"""The interface of an engine that speaks."""

from typing import Protocol

from morgan_shared.errors import ServiceError


class Speaker(Protocol):
    """A loaded engine."""

    async def speak(self, text: str, voice: str | None, speed: float) -> bytes:
        """Return a WAV file of the text.

        Args:
            text: the text to speak.
            voice: one of the engine's voices, or None for the default voice.
            speed: 1 is the engine's normal pace, 2 is twice as fast.

        Raises:
            ServiceError: 422 for an unknown voice or a text without a sound; 503 if the engine is busy or fails;
                504 after the time limit.

        """
        ...


def nothing_to_say() -> ServiceError:
    """Make the error for a text without a sound, such as a text of invisible characters."""
    return ServiceError(422, "nothing_to_say", "text: holds nothing that can be spoken", field="text")
