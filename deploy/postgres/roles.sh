#!/bin/sh
# Runs once, when the database folder is empty: roles and databases for Steward and for Temporal, so that neither can read
# the other's, and nobody works as the superuser. Steward has two: steward_owner owns the tables and migrates them, steward
# is the API and the workers, which may use them (the migration gives it its rights).
set -eu

psql --no-psqlrc --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
  --set "owner_password=${STEWARD_OWNER_PASSWORD:?}" --set "steward_password=${STEWARD_DB_PASSWORD:?}" \
  --set "temporal_password=${TEMPORAL_DB_PASSWORD:?}" <<'SQL'
create role steward_owner login password :'owner_password';
create role steward login password :'steward_password';
create role temporal login password :'temporal_password';
create database steward owner steward_owner;
create database temporal owner temporal;
create database temporal_visibility owner temporal;
revoke connect on database steward, temporal, temporal_visibility from public;
grant connect on database steward to steward;
SQL
