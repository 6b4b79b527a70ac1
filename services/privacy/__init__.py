"""People's rights over their data: erasure on request, tombstones, and how long anything is kept."""
