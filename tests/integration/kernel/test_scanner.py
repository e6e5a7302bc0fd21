"""A real ClamAV: what it knows is refused, what it does not know passes, and nothing passes without it."""

import os
from collections.abc import Iterator

import pytest
from services.clamd import clamd

from factories.files import pdf, photo
from maillage.kernel.errors import Invalid, Unavailable
from maillage.kernel.uploads import check

DANGEROUS = pdf(2)


@pytest.fixture(scope="module")
def scanner() -> Iterator[str]:
    if os.environ.get("SKIP_SERVICES") == "1":
        pytest.skip("SKIP_SERVICES=1")
    with clamd(DANGEROUS) as address:
        yield address


@pytest.mark.security
def test_a_known_virus_is_refused_and_the_rest_passes(scanner: str) -> None:
    with pytest.raises(Invalid, match="dangereux"):
        check("facture.pdf", DANGEROUS, scanner=scanner)
    assert check("photo.jpg", photo(), scanner=scanner).media_type == "image/jpeg"


@pytest.mark.security
@pytest.mark.parametrize("address", ["unix:///nowhere/at-all", "tcp://127.0.0.1:1"])
def test_what_cannot_be_searched_is_not_taken(address: str) -> None:
    with pytest.raises(Unavailable):
        check("photo.jpg", photo(), scanner=address)
