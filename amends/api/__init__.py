"""The same verbs as JSON: keys or sessions in, RFC 9457 problems out. Checks no permission and compares no stage: verbs do."""
