"""Statements made once for an actor: making one takes longer than running it, and every page asks."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

from maillage.kernel.actor import Actor
from maillage.referrals.queries.bars import hash_of

S = TypeVar("S")
ACTORS = 64  # some 15 kB each


def kept(make: Callable[[Actor], S]) -> Callable[[Actor], S]:
    """Keep what `make` makes for the last actors. It may depend on the actor alone, all of it, and on how bars hold the
    name, which changes with the key; a clock is read when the statement runs."""
    remembered = lru_cache(maxsize=ACTORS)(lambda actor, _name: make(actor))

    @wraps(make)
    def find(actor: Actor) -> S:
        return remembered(actor, hash_of(actor.user_name))

    return find
