"""Text and voice turns: the service that clients talk to."""
