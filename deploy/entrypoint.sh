#!/bin/sh
# Runs ghost with what is secret read from a file, so that it stands in no compose file and no image.
set -eu
if [ -n "${PGPASSWORD_FILE:-}" ]; then
  PGPASSWORD=$(cat "$PGPASSWORD_FILE")
  export PGPASSWORD
fi
exec node "$(dirname "$0")/../apps/ghost/bin/ghost.mjs" "$@"
