"""The HTTP API: what the outside may ask, in JSON, with RFC 9457 problem details for every refusal."""
