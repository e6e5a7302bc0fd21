#!/bin/bash
# Once, at the birth of the database: the role that serves owns nothing (docs/operations.md, two roles).
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --set secret="$APPLICATION_PASSWORD" <<'SQL'
CREATE ROLE maillage LOGIN PASSWORD :'secret';
SQL
