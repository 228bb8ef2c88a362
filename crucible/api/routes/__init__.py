"""The API's addresses, one module a noun."""
