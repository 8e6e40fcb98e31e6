"""
Plays the examples of a catalogue (``tests:``, given / do / expect) in an office that is thrown away afterwards.

The use cases are those of every office, with records and documents in memory, keys made for the purpose, and
letters that are printed, signed and verified. Everything that an example does not state is made up here:
officers who hold exactly the duties of each stage, papers for every slot, identity numbers that belong to
no one. Only two things are left out, because an example says what the *rules* give: made-up papers are not
inspected, and letters are printed with the core's template (an office's own come with its plugin).
"""

from perizinan_core.bootstrap._examples._checking import check_scenario
from perizinan_core.bootstrap._examples._letters import check_letters
from perizinan_core.bootstrap._examples._playing import run_scenario
from perizinan_core.bootstrap._examples._run import ExampleRun

__all__ = ["ExampleRun", "check_letters", "check_scenario", "run_scenario"]
