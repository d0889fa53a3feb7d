"""One after-sales matter: claim, grants, deadlines, timeline, evidence."""
