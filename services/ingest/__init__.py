"""From a signed webhook body to items the pipeline can work on; everything here is pure."""
