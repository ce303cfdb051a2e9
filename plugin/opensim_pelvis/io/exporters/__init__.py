"""One folder per direction out: each file turns a ``Result`` into files of one kind."""
