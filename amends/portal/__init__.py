"""The consumer's pages: orders, the application in two screens, the case as its receipt, notices, and the way to a person."""
