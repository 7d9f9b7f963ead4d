"""Settings of the core service."""

from pydantic import Field, SecretStr

from morgan_shared.settings import MIB, BaseUrl, CommonSettings, StoreUrl


class CoreSettings(CommonSettings):
    """Settings of core."""

    port: int = 8000
    vad_url: BaseUrl
    stt_url: BaseUrl
    llm_url: BaseUrl
    tts_url: BaseUrl
    neighbour_timeout_s: float = Field(default=25, gt=0)
    """Seconds until a request to a neighbour is given up."""
    redis_url: StoreUrl = "redis://redis:6379/0"
    redis_password: SecretStr | None = None
    """From the file in MORGAN_REDIS_PASSWORD_FILE."""
    database_url: StoreUrl = "postgresql://morgan@postgres:5432/morgan"
    database_password: SecretStr | None = None
    """From the file in MORGAN_DATABASE_PASSWORD_FILE."""
    session_ttl_s: int = Field(default=3600, ge=1)
    """Seconds from a session's last turn until its context expires; the history stays."""
    session_turns: int = Field(default=10, ge=1, le=100)
    """Turns of a session that the language model gets."""
    history_days: int = Field(default=365, ge=0)
    """Age in days at which a turn is deleted from the history; 0 for no age."""
    history_size: int = Field(default=2048 * MIB, ge=MIB)
    """Size of the whole history in bytes, above which the oldest turns are deleted."""
    history_session_turns: int = Field(default=1000, ge=1)
    """Turns of one session that the history keeps; an older turn is deleted."""
    history_session_size: int = Field(default=8 * MIB, ge=1)
    """Size of one session's texts and replies in bytes, above which its oldest turns are deleted."""
