"""The numbers of a queue are those of its list: what is new, due soon and late."""

from __future__ import annotations


def test_a_queue_says_what_is_new_due_soon_and_late(any_kit):
    """By local days; a case that is late is not due soon any more."""
    kit = any_kit
    case = kit.submit("warung")
    kit.review(case.id, until="putusan")
    officer = kit.assignee(case.id, "putusan")
    counts = kit.office.reviews.queue_counts
    (entry,) = kit.office.reviews.queue(actor=officer)
    today = kit.office.today()
    days = (entry.due - today).days
    fresh = counts(actor=officer, soon_days=days)
    far = counts(actor=officer, soon_days=days - 1)
    kit.clock.forward(days=1)
    next_day = counts(actor=officer, soon_days=days - 1)
    kit.clock.forward(days=days)
    late = counts(actor=officer, soon_days=days)

    assert (1, 1, 1, 0) == (fresh.waiting, fresh.new, fresh.soon, fresh.late)
    assert 0 == far.soon
    assert (0, 1) == (next_day.new, next_day.soon)
    assert (1, 0, 0, 1) == (late.waiting, late.new, late.soon, late.late)
