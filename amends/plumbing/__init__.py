"""What Amends stands on and a newcomer need not know: the embedded database, connections, assets, logs, supervised processes."""
