#!/bin/sh
# Tells a memory server a few things, and asks it what it knows, with printf and read.
# The server's command is in the arguments:
#
#   ./remember.sh npx -y @modelcontextprotocol/server-memory
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkfifo "$folder/in" "$folder/out"
"$@" <"$folder/in" >"$folder/out" &
server=$!
exec 3>"$folder/in" 4<"$folder/out"

# METHOD PARAMS: sends a request and reads the answer into $answer.
id=0
request() {
  id=$((id + 1))
  printf '{"jsonrpc":"2.0","id":%s,"method":"%s","params":%s}\n' "$id" "$1" "$2" >&3
  read -r answer <&4 || { echo "the server is gone" >&2; exit 1; }
  case $answer in *'"error":{'* | *'"isError":true'*) printf '%s\n' "$answer" >&2 && exit 1 ;; esac
}

request initialize '{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"remember.sh","version":"1.0.0"}}'
printf '{"jsonrpc":"2.0","method":"notifications/initialized"}\n' >&3

for name in ${NAMES:-Ada Grace}; do
  entity="{\"name\":\"$name\",\"entityType\":\"person\",\"observations\":[\"was here\"]}"
  request tools/call "{\"name\":\"create_entities\",\"arguments\":{\"entities\":[$entity]}}"
done
request tools/call '{"name":"search_nodes","arguments":{"query":"here"}}'
printf '%s\n' "$answer"

# The server sees the end of its input, and its exit code is ours.
exec 3>&-
wait "$server"
