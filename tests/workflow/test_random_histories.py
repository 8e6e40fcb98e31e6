"""Random histories of a case hold what `CaseMachine` says must hold."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings

from perizinan_core.testing.strategies._workflow_machine import CaseMachine

TestRandomHistories = CaseMachine.TestCase
TestRandomHistories.settings = settings(
    max_examples=80,
    stateful_step_count=60,
    deadline=None,
    # Shrinking a history of sixty steps takes minutes; a failure prints its steps as they are.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
