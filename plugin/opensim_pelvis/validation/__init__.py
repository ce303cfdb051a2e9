"""Results set against a reference: optical trials, synchronisation, agreement; never feeds them."""
