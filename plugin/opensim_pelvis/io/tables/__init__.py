"""Numbers from lines of text: cells, rows, columns, counters, and the tables of OpenSim."""
