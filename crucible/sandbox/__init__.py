"""Ways to isolate a hostile program, behind one protocol. Nothing here knows of databases, queues or tenants."""
