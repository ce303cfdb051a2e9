"""One clock for all sensors: which are wanted, what happened to their samples, what is absent."""
