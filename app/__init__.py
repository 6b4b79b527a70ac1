"""The composition root: settings, command line, start and stop. The only place that knows everybody."""
