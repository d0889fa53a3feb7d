"""Repairs by post, in a workshop or at home: appointments, diagnosis, quotes, parts, loan units, warranties, experts on call."""
