#!/bin/sh
# Becomes the app that the first argument or APP names; any other command is run as it is.
set -eu
name="${1:-${APP:-}}"
if [ -n "$name" ] && [ -f "/app/dist/apps/$name/main.js" ]; then
  [ $# -eq 0 ] || shift
  exec node "/app/dist/apps/$name/main.js" "$@"
fi
if [ $# -gt 0 ] && command -v "$1" > /dev/null; then
  exec "$@"
fi
apps=$(cd /app/dist/apps && for each in */main.js; do printf ' %s' "${each%/main.js}"; done)
echo "No app is named '$name'. Give one as the command or in APP, of:$apps" >&2
exit 64
