#!/bin/sh
# Runs the script with the real server behind a tap, and writes memory.tape.jsonl anew.
#
#   npm run build && sh examples/shell-script/record.sh
set -eu

here=$(cd "$(dirname "$0")" && pwd)
home=$(cd "$here/../.." && pwd)
folder=/tmp/remember
mkdir "$folder"
trap 'rm -rf "$folder"' EXIT

# Everything starts from there, so that no folder of this machine is in the recording. A tap follows
# links to the file that runs, so the server is a hard link.
cd "$folder"
cp -Rl "$home/node_modules" node_modules
MEMORY_FILE_PATH=$folder/memory.json sh "$here/remember.sh" node "$home/dist/cli/main.js" \
  tap --name memory --record memory.tape.jsonl --state state -- \
  node node_modules/@modelcontextprotocol/server-memory/dist/index.js
cp memory.tape.jsonl "$here/memory.tape.jsonl"
