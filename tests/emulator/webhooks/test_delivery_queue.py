"""Which line may be tried next: in the order of the day, and in a crowd nearly so."""

from collections.abc import Iterable

from callr_sms_emulator._storage.outbox import Delivery, DeliveryChain
from callr_sms_emulator._webhooks.delivery_queue import LOADED, DeliveryQueue, overlap

CROWD = 100
SECOND = 1000


def line(identity: int, due: int, *, tries: int = 0) -> DeliveryChain:
    return [
        Delivery(identity, "a", "HASH", None, 1, "sms.mo", "event", due, tries, "waiting", due, "{}", "{}")
    ]


def filled(dues: Iterable[int]) -> DeliveryQueue:
    """Give a queue with all there is: lines whose numbers are their places."""
    queue = DeliveryQueue()
    queue.note_loading()
    queue.note_loaded([line(number, due) for number, due in enumerate(dues)])
    return queue


def begin(queue: DeliveryQueue, *, is_over: bool = False) -> int:
    """Begin the next try; give its number."""
    assert queue.has_next()
    first = queue.pop()
    queue.begin(first, is_over=is_over)
    return first[0].id


def test_nothing_may_begin_before_it_is_known_what_is_due() -> None:
    queue = DeliveryQueue()
    queue.push(line(1, 0))
    assert not queue.has_next()
    assert queue.should_load()


def test_a_try_waits_for_all_that_were_due_before_it() -> None:
    queue = filled([10, 10, 20])
    assert [begin(queue), begin(queue)] == [0, 1]
    assert not queue.has_next()
    queue.end(0)
    assert not queue.has_next()
    queue.end(1)
    assert begin(queue) == 2


def test_what_is_over_is_tried_without_an_order() -> None:
    queue = filled([10, 20, 30])
    assert [begin(queue, is_over=True) for _ in range(3)] == [0, 1, 2]


def test_in_a_crowd_a_try_does_not_wait_for_those_that_cannot_be_due_again_before_it() -> None:
    queue = filled([0, *[overlap(0)] * CROWD, overlap(0) + 1])
    assert begin(queue) == 0
    for _ in range(CROWD - 60):
        begin(queue)
    queue.push(line(1000, overlap(0) + 1))
    assert begin(queue) != 1000


def test_in_a_crowd_a_try_waits_for_those_that_could_be_due_again_before_it() -> None:
    queue = filled([0, *[overlap(0) + 1] * CROWD])
    assert begin(queue) == 0
    assert not queue.has_next()
    queue.end(0)
    assert queue.has_next()


def test_what_remains_of_a_crowd_waits_again() -> None:
    queue = filled([0] * CROWD + [SECOND])
    begun = [begin(queue) for _ in range(CROWD)]
    assert not queue.has_next()
    for each in begun:
        queue.end(each)
    assert queue.has_next()


def test_a_try_waits_for_what_is_due_once_an_outcome_is_written_down() -> None:
    queue = filled([10, 30])
    queue.end(begin(queue))
    queue.expect(1, 20)
    assert not queue.has_next()
    queue.note_written(1)
    queue.push(line(7, 20))
    assert begin(queue) == 7


def test_of_several_outcomes_the_one_counts_after_which_something_is_due_first() -> None:
    queue = filled([10, 30])
    queue.end(begin(queue))
    queue.expect(1, 50)
    queue.expect(2, 20)
    queue.expect(3, 60)
    for number in (1, 2):
        assert not queue.has_next()
        queue.note_written(number)
    assert queue.has_next()
    queue.note_written(3)
    assert queue.has_next()


def test_what_may_not_have_been_read_yet_is_waited_for() -> None:
    queue = DeliveryQueue()
    queue.note_loading()
    queue.note_loaded([line(number, number * SECOND) for number in range(LOADED)])
    assert queue.should_load() is False
    while queue.has_next():
        queue.end(begin(queue))
    assert len(queue) == 0
    queue.push(line(LOADED, LOADED * SECOND))
    assert not queue.has_next()
    queue.note_loaded([])
    assert queue.is_complete
    assert queue.has_next()


def test_what_became_due_while_we_read_is_read_again() -> None:
    queue = filled([10])
    queue.note_loading()
    queue.note_due(5)
    queue.note_loaded([])
    assert not queue.is_complete
    assert not queue.has_next(), "something is due at 5"
    assert queue.should_load()


def test_it_reads_on_before_it_is_empty() -> None:
    queue = DeliveryQueue()
    queue.note_loading()
    queue.note_loaded([line(number, 0) for number in range(LOADED)])
    taken = 0
    while not queue.should_load():
        queue.pop()
        taken += 1
    assert 0 < taken < LOADED


def test_those_that_are_left_are_known_no_more() -> None:
    queue = filled([1, 2])
    assert queue.known == {0, 1}
    queue.forget(queue.pop())
    assert queue.known == {1}
    queue.clear()
    assert (queue.known, len(queue)) == (set(), 0)


def test_all_that_is_due_by_a_moment_is_taken_with_what_is_pushed_meanwhile() -> None:
    queue = filled([1, 2, 3, 4])
    taken = []
    for each in queue.pop_with(3):
        taken.append(each[0].id)
        if each[0].id == 0:
            queue.push(line(9, 3))
    assert taken == [0, 1, 2, 9]
    assert len(queue) == 1
