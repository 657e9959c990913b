#!/bin/sh
# Runs the agent with the real servers, each behind a tap, and writes letters.tape.jsonl anew.
#
#   npm run build && sh examples/python-agent/record.sh
set -eu

here=$(cd "$(dirname "$0")" && pwd)
home=$(cd "$here/../.." && pwd)
folder=/tmp/letters
mkdir "$folder"
trap 'rm -rf "$folder"' EXIT

# Everything starts from there, so that no folder of this machine is in the recording. A tap follows
# links to the file that runs, so the servers are hard links.
cd "$folder"
cp -Rl "$home/node_modules" node_modules
mkdir desk archive
printf 'Please send punched cards. Ada\n' >desk/monday.md
printf 'The compiler is done. Grace\n' >desk/tuesday.md

# NAME PACKAGE [ARGUMENT] [FILE]: one server behind a tap, as a member of the configuration.
server() {
  printf '"%s":{"command":"node","args":["%s",' "$1" "$home/dist/cli/main.js"
  printf '"tap","--name","%s","--workflow","letters",' "$1"
  printf '"--record","letters.tape.jsonl","--state","state","--","node",'
  printf '"node_modules/@modelcontextprotocol/server-%s/dist/index.js"%s]' "$2" "${3:+,\"$3\"}"
  printf ',"env":{"MEMORY_FILE_PATH":"%s"}}' "$folder/${4:-unused}"
}

printf '{"mcpServers":{%s,%s,%s,%s,%s}}' \
  "$(server desk filesystem desk)" \
  "$(server archive filesystem archive)" \
  "$(server letters memory '' letters.json)" \
  "$(server people memory '' people.json)" \
  "$(server tools everything)" >taps.json

WIRETAPE_MCP_CONFIG=taps.json python3 "$here/agent.py"
cp letters.tape.jsonl "$here/letters.tape.jsonl"
