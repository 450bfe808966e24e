#!/bin/sh
# Runs once, when the database folder is empty: a role and databases each for Steward and for Temporal, so that neither
# can read the other's, and nobody works as the superuser.
set -eu

psql --no-psqlrc --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
  --set "steward_password=${STEWARD_DB_PASSWORD:?}" --set "temporal_password=${TEMPORAL_DB_PASSWORD:?}" <<'SQL'
create role steward login password :'steward_password';
create role temporal login password :'temporal_password';
create database steward owner steward;
create database temporal owner temporal;
create database temporal_visibility owner temporal;
revoke connect on database steward, temporal, temporal_visibility from public;
SQL
