"""What the consumer says when it is over."""
