"""What a shop has on its shelves, what of it is kept for a case, and what after-sales put back or took out."""
