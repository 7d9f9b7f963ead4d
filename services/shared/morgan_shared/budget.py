"""Bounds the number of requests that a service has at once, and the memory of their bodies and answers."""

from collections.abc import Iterator
from contextlib import contextmanager

from morgan_shared.slots import busy_error

FREE_BYTES = 128 * 1024
"""Bytes that each request may hold anyway, so that large bodies of some clients do not refuse small ones of others."""


class Budget:
    """The requests of a service and what they hold.

    Args:
        requests: number of requests at once.
        held_bytes: bytes that all requests may hold together, beside the free bytes of each.

    """

    def __init__(self, *, requests: int, held_bytes: int) -> None:
        self._requests = requests
        self._bytes = held_bytes

    @contextmanager
    def request(self, *, counts: bool = True) -> Iterator["Held"]:
        """Enter a request, and give back at its end what it held.

        Args:
            counts: False for a request that is let in whatever the number of requests.

        Raises:
            ServiceError: 503 if there are too many requests.

        """
        if counts and self._requests <= 0:
            raise busy_error()
        self._requests -= counts
        held = Held(self)
        try:
            yield held
        finally:
            self._requests += counts
            self._bytes += held.charged

    def take(self, amount: int) -> None:
        """Take bytes for a request.

        Raises:
            ServiceError: 503 if not as many are left.

        """
        if amount > self._bytes:
            raise busy_error()
        self._bytes -= amount


class Held:
    """What one request holds."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._free = FREE_BYTES
        self.charged = 0
        """Bytes that the budget has to get back."""

    def add(self, amount: int) -> None:
        """Hold more bytes.

        Raises:
            ServiceError: 503 if the budget does not have them.

        """
        free = min(amount, self._free)
        self._budget.take(amount - free)
        self._free -= free
        self.charged += amount - free
