"""Everything that knows SQL: models, repositories, the engine, the queue and the embedded servers."""
