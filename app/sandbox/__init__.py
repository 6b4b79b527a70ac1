"""The whole product against stand-ins of its neighbours, in one process or beside it."""
