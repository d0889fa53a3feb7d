"""Proof for third parties: time stamps over a case's chain (RFC 3161), and a file that anybody can verify without us."""
