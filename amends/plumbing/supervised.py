"""How a child process notices that its supervisor was killed, so that nothing is left behind holding the port.

The supervisor keeps the writing end of a pipe; a child waits on the reading end. When it closes, however the supervisor died, the child
ends itself as if it had been asked to.
"""

from __future__ import annotations

import os
import signal
import threading

VARIABLE = "AMENDS_SUPERVISOR_PIPE"


def follow_the_supervisor() -> None:
    """Afterwards this process stops gracefully when its supervisor is gone; nothing happens for one started by hand."""
    named = os.environ.pop(VARIABLE, "")
    if named.isdigit():
        threading.Thread(target=_wait, args=[int(named)], daemon=True, name="supervisor").start()


def _wait(pipe: int) -> None:
    try:
        os.read(pipe, 1)
    except OSError:
        return
    os.kill(os.getpid(), signal.SIGTERM)
