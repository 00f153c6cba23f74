#!/bin/sh
# Starts the server in a container: takes in AL_DATA_DIR, and reads secrets that lie in files.
set -eu

secrets="${SECRETS_DIR:-/run/secrets}"
if [ -r "$secrets/db_password" ]; then
  PGPASSWORD="$(cat "$secrets/db_password")"
  export PGPASSWORD
fi
if [ -r "$secrets/token" ]; then
  SIGHTLINE_TOKEN="$(cat "$secrets/token")"
  export SIGHTLINE_TOKEN
fi
exec sightline up --no-browser ${AL_DATA_DIR:+--ingest "$AL_DATA_DIR"} "$@"
