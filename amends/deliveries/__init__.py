"""An outbound delivery put right: late, lost, misdelivered or damaged on the way to the consumer."""
