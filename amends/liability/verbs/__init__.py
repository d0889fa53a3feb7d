"""What changes who bears a cost: charges, deposits, insurance, and the bearers outside."""
