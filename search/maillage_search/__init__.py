"""Understanding, retrieval, ranking and explanation of searches. Knows nothing of maillage, Flask or SQLAlchemy."""
