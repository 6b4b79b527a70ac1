"""How work is done: leases, retries, the queue's worker, and the sweep that leaves nothing behind."""
