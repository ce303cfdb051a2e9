"""Whether, when and by how much a sensor moved on its body, from its own signals."""
