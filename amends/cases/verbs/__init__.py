"""What changes a case: one function for each verb, whichever face calls it."""
