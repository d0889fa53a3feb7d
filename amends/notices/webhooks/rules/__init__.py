"""What webhooks are without a framework: which events there are, which an endpoint wants, when to try again, where they may go."""
