"""How far long work is, told to whoever waits for it: a page, a terminal, or nobody."""

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Called with what is done and what there is to do in all, after each batch. What it raises ends the work."""


def untold(done: int, total: int) -> None:
    """For work that nobody watches."""
