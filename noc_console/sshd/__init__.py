"""The SSH server for operators: a key lets in, and leads to the console or one of a few commands, nothing else."""
