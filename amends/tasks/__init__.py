"""What a case asks of another department: an owner, a limit, an answer; hand-offs counted."""
