"""Approvals of money as pages: the same list and the same page in the console and on the desk."""
