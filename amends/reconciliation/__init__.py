"""Our books against the gateways' statements: what is missing here or there, who looks into it, and how it ended."""
