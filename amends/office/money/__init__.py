"""The office's pages of money at gateways and banks."""
