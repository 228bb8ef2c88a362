"""The process that keepers are forked from: small, one thread, no secret."""

from crucible.sandbox.launched import serve
from crucible.sandbox.oci import keeper

DESCRIPTORS = 5

if __name__ == "__main__":
    serve(DESCRIPTORS, keeper.run)
