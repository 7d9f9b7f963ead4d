"""OpenAI-compatible gateway to a language model."""
