"""Settings of the llm service."""

from pydantic import Field, SecretStr

from morgan_shared.settings import BaseUrl, CommonSettings


class LlmSettings(CommonSettings):
    """Settings of llm."""

    port: int = 8001
    llm_endpoint: BaseUrl | None = None
    """Base URL of an OpenAI-compatible API, such as http://host:8080/v1; if unset, the built-in responder answers."""
    llm_model: str | None = None
    """Model of a request that names none; if unset, the first model that the endpoint lists."""
    llm_api_key: SecretStr | None = None
    """Key for the endpoint, from the file in MORGAN_LLM_API_KEY_FILE."""
    llm_connect_timeout_s: float = Field(default=3, gt=0)
    """Seconds until a connection to the endpoint is given up."""
    llm_idle_timeout_s: float = Field(default=25, gt=0)
    """Seconds without data until an answer of the endpoint is given up."""
