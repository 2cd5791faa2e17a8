from itertools import pairwise

from callr_sms_contract.guard.rate_limit import RateLimit
from callr_sms_contract.time_budget import TimeBudget


class Clock:
    """A clock that moves when somebody waits."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds


def test_no_more_leave_in_a_second_than_allowed() -> None:
    clock = Clock()
    pace = RateLimit(5, clock, clock.sleep)
    left = []
    for _ in range(11):
        pace.wait()
        left.append(clock.now)
    assert left[0] == 100.0
    assert min(later - earlier for earlier, later in pairwise(left)) > 0.199
    assert abs(left[10] - left[0] - 2.0) < 1e-6


def test_who_comes_late_does_not_catch_up() -> None:
    clock = Clock()
    pace = RateLimit(5, clock, clock.sleep)
    pace.wait()
    clock.now += 60
    pace.wait()
    pace.wait()
    assert abs(clock.now - 160.2) < 1e-6


def test_a_budget_is_over_when_its_time_is() -> None:
    clock = Clock()
    budget = TimeBudget(10, clock)
    clock.now += 9
    assert (budget.left, budget.is_over, budget.cut(), budget.was_cut) == (1.0, False, False, False)
    clock.now += 2
    assert (budget.left, budget.spent, budget.is_over) == (0.0, 11.0, True)
    assert not budget.was_cut  # nobody had to end anything for it
    assert budget.cut()
    assert budget.was_cut
