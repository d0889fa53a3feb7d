"""Money back to the tenders it came from, and the books."""
