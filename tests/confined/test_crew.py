"""Many children, one row of tasks: every task is done or noted as lost, whatever becomes of a child."""

import attrs
import pytest

from perizinan_core.confined import Confinement, Ending, start_child
from perizinan_core.confined._crew import Crew
from perizinan_core.errors.confined import ChildStartError

FREE = Confinement(writes_files=True, open_files=None, own_environment=False)


@attrs.define(eq=False)
class Word:
    text: str
    tries: int = 0


@attrs.define
class Keeper:
    done: list = attrs.field(factory=list)
    lost: list = attrs.field(factory=list)
    pids: set = attrs.field(factory=set)
    refused: set = attrs.field(factory=set)

    def apart(self, task, other):
        return task.text == other.text == "apart"

    def wants(self, task):
        return task.text not in self.refused

    def hear(self, task, message):
        if message[0] == "half":
            return False
        assert task.text == message[1]
        self.done.append(task.text)
        self.pids.add(message[2])
        return True

    def lose(self, task, ending):
        task.tries += 1
        self.lost.append((task.text, ending))
        return task.text != "once"


def run(words, tmp_path, *, fork=True, size=2, seconds=1.0, tasks_per_child=100):
    keeper = Keeper()
    crew = Crew(
        lambda others: start_child(
            "programs:worker", (tmp_path,), trusted=True, fork=fork, others=others, confinement=FREE
        ),
        keeper, size=size, seconds=seconds, tasks_per_child=tasks_per_child, message=lambda word: word.text,
    )  # fmt: skip
    waiting = [Word(text) for text in words]
    try:
        while len(keeper.done) + sum(text != "once" for text, _ in keeper.lost) < len(words):
            while waiting and crew.offer(waiting[0]):
                waiting.pop(0)
            crew.listen()
    finally:
        crew.close()
    assert () == crew.children
    return keeper


@pytest.mark.parametrize("fork", [True, False])
def test_children_that_die_or_hang_lose_their_own_task_and_no_other(tmp_path, fork):
    """Each loss has its reason; the tasks behind the lost one go to the successor."""
    words = ["a", "die", "b", "hang", "c", "d", "die", "e"]
    keeper = run(words, tmp_path, fork=fork)

    assert ["a", "b", "c", "d", "e"] == sorted(keeper.done)
    assert [("die", Ending.DIED)] * 2 + [("hang", Ending.TIME)] == sorted(
        keeper.lost, key=lambda item: item[0]
    )


def test_a_task_that_is_not_over_is_given_to_the_successor(tmp_path):
    """The keeper decides."""
    keeper = run(["once", "a"], tmp_path)

    assert [("once", Ending.DIED)] == keeper.lost
    assert ["a", "once"] == sorted(keeper.done)


def test_children_are_replaced_after_their_tasks(tmp_path):
    """So that nothing piles up in one."""
    assert 5 == len(run([str(number) for number in range(20)], tmp_path, tasks_per_child=4, size=1).pids)


def test_a_child_that_cannot_work_ends_the_run(tmp_path):
    """And not in an endless row of attempts."""
    crew = Crew(
        lambda _others: start_child("programs:broken", fork=False), Keeper(), size=1, seconds=1, tasks_per_child=1,
        message=lambda word: word.text,
    )  # fmt: skip
    crew.offer(Word("a"))
    with pytest.raises(ChildStartError) as caught:
        crew.listen()
    crew.close()

    assert "LookupError" == caught.value.cause
