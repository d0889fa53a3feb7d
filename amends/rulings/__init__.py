"""The platform looks at both sides and rules."""
