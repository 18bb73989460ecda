"""Finding who serves somebody: the commune that is meant, the service that words mean, the office of a kind there."""
