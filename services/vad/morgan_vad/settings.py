"""Settings of the vad service."""

from morgan_shared.settings import AudioSettings


class VadSettings(AudioSettings):
    """Settings of vad."""

    port: int = 8004
