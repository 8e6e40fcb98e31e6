"""Children kept warm: each death has its reason, and costs the next task nothing."""

import os
import signal
import threading
from pathlib import Path

import pytest

from perizinan_core.confined import ChildPool, Ending


def pid(pool):
    return pool.ask({"do": "pid"}, seconds=20).message["told"]


@pytest.mark.parametrize(
    ("do", "ending"),
    [
        ("die", Ending.DIED), ("nonsense", Ending.DIED), ("kill", Ending.KILLED), ("hang", Ending.TIME),
        ("compute", Ending.TIME),
    ],
)  # fmt: skip
def test_a_task_that_costs_its_child_says_how_and_the_next_is_served(pool, do, ending):
    """Ended, stopped making sense, killed by somebody, too slow on the clock, too much computing."""
    reply = pool.ask({"do": do, "seconds": 1}, seconds=1 if do == "hang" else 30)

    assert (None, ending) == (reply.message, reply.ending)
    assert pid(pool)


def test_a_child_is_kept_until_it_had_its_tasks(start):
    """Then a new one takes over, so that nothing piles up in one."""
    pool = ChildPool(start, places=1, tasks_per_child=3)
    found = [pid(pool) for _ in range(7)]
    pool.close()

    assert 3 == len(set(found))
    assert found[0] == found[2] != found[3]


def test_a_child_that_died_idle_is_not_held_against_the_next_task(pool):
    """A new one decides."""
    pool.warm_up()
    os.kill(pool.idle[0].pid, signal.SIGKILL)

    assert pid(pool)


def test_renewed_children_are_new_ones(pool):
    """Those that wait end at once; those at work, with their task."""
    before = pid(pool)
    pool.renew()
    assert not Path(f"/proc/{before}").exists()

    asked = threading.Event()
    replies = []

    def answer(_question):
        asked.set()
        renewed.wait(20)

    renewed = threading.Event()
    work = threading.Thread(
        target=lambda: replies.append(pool.ask({"do": "ask", "question": 1}, seconds=20, answer=answer))
    )
    work.start()
    asked.wait(20)
    pool.renew()
    renewed.set()
    work.join()

    assert "None" == replies[0].message["told"]
    assert () == pool.idle


def test_an_error_while_answering_ends_the_child(pool):
    """It would wait for ever, or take the next answer for this one."""
    pool.warm_up()
    (child,) = pool.idle
    with pytest.raises(ZeroDivisionError):
        pool.ask({"do": "ask", "question": 1}, seconds=20, answer=lambda _question: 1 / 0)

    assert not Path(f"/proc/{child.pid}").exists()
    assert pid(pool)
