"""Settings of the vad service."""

from morgan_shared.settings import AudioSettings


class VadSettings(AudioSettings):
    """What vad takes from its environment."""

    port: int = 8004
