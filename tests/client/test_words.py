"""Words of a list that may grow."""

import pickle

from callr_sms_client import Direction, Status


def test_a_known_word() -> None:
    assert Status.SENT == "SENT"
    assert isinstance(Status.SENT, Status)
    assert Status("SENT").is_known
    assert {Status.SENT: 1}["SENT"] == 1  # type: ignore[index] # a word hashes as the string it is
    assert f"{Status.SENT}" == "SENT"
    assert repr(Status.SENT) == "Status('SENT')"


def test_a_new_word_is_kept() -> None:
    assert Status("BRAND_NEW") == "BRAND_NEW"
    assert not Status("BRAND_NEW").is_known


def test_the_words_of_the_contract_in_its_order() -> None:
    assert Status.known() == (
        *("CREATED", "PENDING", "SENT", "REMOTE_QUEUED", "RECEIVED", "ERROR", "EXPIRED", "FAILED"),
    )
    assert Direction.known() == (Direction.IN, Direction.OUT)
    assert all(type(word) is Status for word in Status.known())


def test_the_life_of_an_sms() -> None:
    assert [word for word in Status.known() if not word.is_final] == [
        *("CREATED", "PENDING", "SENT", "REMOTE_QUEUED")
    ]
    assert [word for word in Status.known() if word.is_success] == ["RECEIVED"]
    new = Status("BRAND_NEW")
    assert (new.is_final, new.is_success) == (False, False)


def test_words_are_pickled() -> None:
    for word in (Status.SENT, Status("BRAND_NEW")):
        again = pickle.loads(pickle.dumps(word))  # noqa: S301 - our own
        assert (again, type(again)) == (word, Status)
