"""What is measured: `instachatico bench NAME` runs the module of that name."""
