"""The command line, one module a command group. Each imports what it needs as it runs: help is instant."""
