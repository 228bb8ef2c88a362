"""Language environments: what is declared of each, one file a language, and which of them are here."""
