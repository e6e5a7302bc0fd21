import pytest

from maillage.notifications import kinds
from maillage.notifications.kinds import NoticeKind
from maillage.notifications.values import Notice


@pytest.mark.parametrize(
    "link",
    ["", "orientations/1", "https://ailleurs.example/", "//ailleurs.example/", "/\\ailleurs.example/", "/a\r\nBcc: b"],
)
def test_a_notice_leads_nowhere_but_into_the_application(link: str) -> None:
    with pytest.raises(ValueError, match="path"):
        Notice("test.any", link)


def test_a_kind_keeps_its_meaning() -> None:
    kind = kinds.register(NoticeKind("test.meaning", "Essai", "Une nouveauté", "Elle attend."))
    assert kinds.register(kind) is kind
    with pytest.raises(ValueError, match=r"test\.meaning"):
        kinds.register(NoticeKind("test.meaning", "Autre", "Une nouveauté", "Elle attend."))


def test_a_notice_that_outlives_its_kind_still_has_words() -> None:
    assert kinds.wording("gone.for_good").subject == "Une nouveauté vous attend"
