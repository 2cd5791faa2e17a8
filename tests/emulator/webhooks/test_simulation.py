"""Some histories of the delivery engine; `make proof` runs thousands, and seeds more defects."""

from tests.emulator.webhooks.simulation.histories import find, run
from tests.emulator.webhooks.simulation.machine import HOOKS, DeliveryEngine


def test_histories_hold() -> None:
    run(80)


def test_double_claim_is_found() -> None:
    assert find("double claim", 1).what.startswith("an event was sent without a claim")


def test_attempt_is_counted_once_where_the_answer_of_the_store_was_lost() -> None:
    """The results are written again, because nobody knows whether they were committed."""
    history = DeliveryEngine()
    history.begin(kind="claims", rate=1.0, are_two=False)
    history.pass_time(seconds=0.01)
    history.change_receiver(behaviour="is slow", receiver=0)
    history.add_events(count=1, hooks=HOOKS, is_told=True, number=0, teller=0)
    history.pass_time(seconds=0.3)
    history.change_store(index=0, mode="loses answers")
    history.pass_time(seconds=1.5)
    history.teardown()
