"""
Runs the examples of a catalogue (``tests:``, given / do / expect) through the real rules and workflow.

Everything that an example does not state is made up here: officers who hold exactly the duties of each
stage, papers for every slot, identity numbers that belong to nobody. Nothing is stored, rendered or signed:
an example says what the *rules* give.
"""

from perizinan_core.services._scenarios._checking import check_scenario, run_scenario
from perizinan_core.services._scenarios._running import ScenarioRun

__all__ = ["ScenarioRun", "check_scenario", "run_scenario"]
