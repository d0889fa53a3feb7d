"""Jobs: rows in the caller's transaction, run afterwards by a worker, or drained here where time is stepped.

A job runs at least once; whoever is started by one must bear that. Not for deadlines: those are rows of their own (DESIGN 6).
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial, wraps
from typing import Any

import structlog
from django.db import connection, transaction
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException

log = structlog.get_logger(__name__)

TASKS: dict[str, Callable[..., None]] = {}
_here: deque[tuple[str, dict[str, Any]]] | None = None
MOST_ATTEMPTS = 8
AGAIN_FOR = 150
"""How often a job that failed all its attempts, and that nobody else would do, is taken up once more: about a day."""
LAST = -10
"""The priority of what goes to many and hurries for nobody: everything else stands before it."""
TAKEN_UP: set[str] = set()
HEARTBEAT, SILENT_FOR = 5.0, 20.0
"""A worker says every so many seconds that it lives; the jobs of one that was silent for so long are run by another, a quarter of a minute
later at most. A refund waits no longer for a machine that died than it would for a slow gateway."""


def task(name: str, *, queue: str = "default", taken_up: bool = False) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Declare a job by a name that never changes; the worker and `drain` find the function under it. One that is `taken_up` is tried
    again after its last attempt too (take_up_failed): what it does is found by no sweep."""

    def declare(run: Callable[..., None]) -> Callable[..., None]:
        TASKS[name] = run
        if taken_up:
            TAKEN_UP.add(name)
        app.task(name=name, queue=queue, retry=RetryStrategy(max_attempts=MOST_ATTEMPTS, exponential_wait=2))(_never_in_silence(name, run))
        return run

    return declare


def _never_in_silence(name: str, run: Callable[..., None]) -> Callable[..., None]:
    """The worker retries a failed job without a word; here each failure is logged with its cause, before the retry."""

    @wraps(run)
    def told(*args: Any, **kwargs: Any) -> None:
        try:
            run(*args, **kwargs)
        except Exception:
            log.exception("job failed, and runs again unless this was the last attempt", job=name, arguments=kwargs)
            raise

    return told


@app.periodic(cron="* * * * * */15")
@app.task(name="retry_stalled", queueing_lock="retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Jobs whose worker was killed stay `doing` for ever unless somebody looks: they run again (they bear it)."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_FOR):
        log.warning("stalled job runs again", job=job.task_name, id=job.id)
        try:
            await manager.retry_job(job)
        except ConnectorException:
            # It ended in the meantime, or an equal one waits already; the others must not wait another minute for that.
            log.exception("stalled job not retried", job=job.task_name, id=job.id)


@contextmanager
def kept_here() -> Iterator[deque[tuple[str, dict[str, Any]]]]:
    """Inside the block jobs wait in this process instead of in rows, and `drain` runs them: for a demo in stepped time, which nobody
    else works for and which starts anew when it dies. A job still waits for its transaction to commit."""
    global _here
    _here, before = deque(), _here
    try:
        yield _here
    finally:
        _here = before


def later(name: str, *, queue: str = "default", lock: str | None = None, priority: int = 0, **arguments: Any) -> None:
    """The job `name` will run after the present transaction has committed, and not at all if it rolls back; those of a higher priority
    before it."""
    if _here is not None:
        transaction.on_commit(partial(_here.append, (name, arguments)))
        return
    app.configure_task(name, queue=queue, lock=lock, priority=priority).defer(**arguments)


def later_each(name: str, each: Sequence[Mapping[str, Any]], *, priority: int = 0) -> None:
    """As `later`, once for each set of arguments, in one statement."""
    if _here is not None:
        for arguments in each:
            later(name, **arguments)
    elif each:
        app.configure_task(name, priority=priority).batch_defer(*(dict(arguments) for arguments in each))


def waiting(name: str, argument: str, values: Collection[str]) -> set[str]:
    """Those of the values for which a job `name` with this argument waits to be run."""
    if _here is not None:
        return {arguments[argument] for each, arguments in _here if each == name} & set(values)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args->>%s FROM procrastinate_jobs WHERE status = 'todo' AND task_name = %s AND args->>%s = ANY(%s)",
            [argument, name, argument, list(values)],
        )
        return {value for (value,) in cursor.fetchall()}


def waiting_last(name: str) -> int:
    """How many jobs `name` of the priority LAST wait to be run, or are being run."""
    if _here is not None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND task_name = %s AND priority = %s", [name, LAST]
        )
        return int(cursor.fetchone()[0])


def take_up_failed() -> int:
    """Jobs that failed all their attempts and that nobody else would do wait to be run once more; answers how many. For the clock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'todo', attempts = attempts + 1, scheduled_at = NULL"
            " WHERE status = 'failed' AND task_name = ANY(%s) AND attempts < %s RETURNING id, task_name",
            [sorted(TAKEN_UP), MOST_ATTEMPTS + AGAIN_FOR],
        )
        taken = cursor.fetchall()
    for job_id, name in taken:
        log.warning("failed job runs again", job=name, id=job_id)
    return len(taken)


def drain(*, most: int = 100_000) -> int:
    """Run every job that is waiting, one after the other, in this process; for stepped time. Answers how many ran.

    A job that fails is marked failed and raised: where time is stepped nobody else will look at it. Jobs of one batch that ran are
    struck off together, so after a crash some may run again, as everywhere.
    """
    ran = 0
    while _here:
        name, arguments = _here.popleft()
        TASKS[name](**arguments)
        ran += 1
    while _here is None and ran < most and (batch := _claim(200)):
        done: list[int] = []
        try:
            for job_id, name, arguments in batch:
                _run(job_id, name, arguments)
                done.append(job_id)
        finally:
            _strike_off(done)
        ran += len(batch)
    return ran


def _claim(size: int) -> list[tuple[int, str, dict[str, Any]]]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing' WHERE id IN (SELECT id FROM procrastinate_jobs WHERE status = 'todo'"
            " AND task_name = ANY(%s) ORDER BY priority DESC, id LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING id, task_name, args",
            [list(TASKS), size],
        )
        return [
            (pk, name, json.loads(args) if isinstance(args, str) else args)
            for pk, name, args in sorted(cursor.fetchall(), key=lambda row: row[0])
        ]


def _run(job_id: int, name: str, arguments: dict[str, Any]) -> None:
    try:
        TASKS[name](**arguments)
    except Exception:
        log.exception("job failed", job=name, arguments=arguments)
        with connection.cursor() as cursor:
            cursor.execute("SELECT procrastinate_finish_job_v1(%s, 'failed'::procrastinate_job_status, false)", [job_id])
        raise


def _strike_off(done: list[int]) -> None:
    if done:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = ANY(%s)", [done])
