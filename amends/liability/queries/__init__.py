"""What readers are told of charges, deposits, insurance and statements; each read says whose sight it keeps to."""
