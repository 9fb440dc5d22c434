#!/usr/bin/env bash
# Runs a command beside a throw-away PostgreSQL server: loopback only, a free port, a random password, always removed.
# The command sees the server's address in QUANHENG_DATABASE_URL and QUANHENG_TEST_DATABASE_URL.
set -euo pipefail
[ $# -gt 0 ] || { echo "usage: tools/with_postgres.sh COMMAND…" >&2; exit 2; }

programs=$(dirname "$(command -v pg_ctl || true)")
for folder in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t/ -k5 -rn); do
  if [ -x "$folder/initdb" ]; then programs=$folder; break; fi
done
[ -x "$programs/initdb" ] || { echo "no PostgreSQL server on this host; on Debian: apt install postgresql" >&2; exit 1; }

folder=$(mktemp -d)
as_server=()
if [ "$(id -u)" = 0 ]; then  # PostgreSQL refuses to run as root
  owner=$(id -un postgres 2>/dev/null || echo nobody)
  as_server=(runuser -u "$owner" --)
  chown "$owner" "$folder"
fi
server() { (cd "$folder" && "${as_server[@]}" "$@"); }

stop() {
  server "$programs/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT TERM

password=$(od -An -tx1 -N16 /dev/urandom | tr -d ' \n')
(umask 077 && echo "$password" > "$folder/password")
[ ${#as_server[@]} -eq 0 ] || chown "$owner" "$folder/password"
server "$programs/initdb" -D "$folder/data" -U quanheng -A scram-sha-256 --pwfile="$folder/password" \
  -E UTF8 --locale=C.UTF-8 --no-sync >"$folder/initdb.log" 2>&1 || { cat "$folder/initdb.log" >&2; exit 1; }

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
options="-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories='' -c max_connections=200"
options+=" -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=256MB"
server "$programs/pg_ctl" -D "$folder/data" -w -t 60 -o "$options" -l "$folder/data/server.log" start >/dev/null \
  || { cat "$folder/data/server.log" >&2; exit 1; }

PGPASSWORD=$password "$programs/createdb" -h 127.0.0.1 -p "$port" -U quanheng quanheng
export QUANHENG_DATABASE_URL="postgresql://quanheng:$password@127.0.0.1:$port/quanheng"
export QUANHENG_TEST_DATABASE_URL=$QUANHENG_DATABASE_URL
echo "$("$programs/postgres" --version) on 127.0.0.1:$port"
"$@"
