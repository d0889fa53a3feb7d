"""What is told without a line of a timeline: a receiver of webhooks that does not answer, an authority that gives no time stamps."""

from __future__ import annotations

TOLD = """
webhook.alarm                      -                    merchant    act      -         webhook_dead
webhook.alarm                      -                    supervisor  result   -         webhook_dead_supervisor
webhook.given_up                   -                    merchant    result   -         webhook_given_up
stamp.alarm                        -                    supervisor  act      -         stamps_missing
"""
