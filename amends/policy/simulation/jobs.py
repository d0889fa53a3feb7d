"""The job of a simulation: one for each, which leads the run while its parts are decided in processes of their own."""

from __future__ import annotations

from amends.plumbing import jobs
from amends.policy.simulation.running import run
from amends.policy.simulation.verbs import JOB


@jobs.task(JOB)
def simulate(ref: str) -> None:
    """Job: the simulation is done, cancelled or failed. A second run of the same job finds nothing left to do."""
    run(ref)
