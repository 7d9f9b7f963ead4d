"""Settings of the core service."""

from pydantic import Field, SecretStr

from morgan_shared.settings import BaseUrl, CommonSettings, StoreUrl


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
