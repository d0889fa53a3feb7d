"""Who may decide about how much money alone, who must be asked, and what was done without asking."""
