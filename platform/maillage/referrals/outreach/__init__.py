"""Going to meet somebody who asked for nothing: as little as it takes, until they agree or all of it goes."""
