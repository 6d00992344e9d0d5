"""Articles by their address, over the command line and over HTTP."""
