"""The one process that touches the kernel. It owns every sandbox, and holds no credential for anything."""
