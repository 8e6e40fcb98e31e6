"""Random changes of the staff record hold what `StaffMachine` says must hold."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from perizinan_core.testing.strategies._staff_machine import StaffMachine

TestRandomStaff = StaffMachine.TestCase
TestRandomStaff.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
