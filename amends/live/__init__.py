"""Open pages hear at once that something they show has changed: one asynchronous process that holds their streams. It writes nothing."""
