"""The language model behind one port: `Gateway.complete(question) -> Completion`."""
