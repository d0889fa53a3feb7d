"""The platform's desk: what waits for arbiters and agents over all merchants, reviews, refunds that need a hand, simulated carriers."""
