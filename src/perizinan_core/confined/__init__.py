"""
Child processes that read what strangers send, with as little as they need.

A child has limits on memory, files and computing time, no secret of its parent in its environment, and is
killed when it takes too long. Its parent hands it work and gets plain data back.

- `start_child` starts one: a fresh interpreter, or a fork where that is asked for. `Confinement` says what it
  may have.
- `ChildPool` keeps children warm and gives each one task at a time; for callers with many threads.
- In the child, a function ``serve(channel, ...)`` takes its tasks from a `Channel`; `task_limits` bounds one.

::

    pool = ChildPool(lambda: start_child("my_parser.child:serve"), places=2, tasks_per_child=500)
    reply = pool.ask({"kind": "pdf"}, descriptor=file.fileno(), seconds=10)
"""

from perizinan_core.confined._channel import Channel, Form
from perizinan_core.confined._children import ChildProcess, start_child
from perizinan_core.confined._limits import Confinement, task_limits
from perizinan_core.confined._pool import ChildPool, Ending, Reply

__all__ = [
    "Channel",
    "ChildPool",
    "ChildProcess",
    "Confinement",
    "Ending",
    "Form",
    "Reply",
    "start_child",
    "task_limits",
]
