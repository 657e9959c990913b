/**
 * Ends the server when the tap itself is killed and can do nothing more.
 *
 * A shell of about a megabyte reads a pipe that only the tap holds open. When the tap dies the pipe
 * ends, and the shell ends the server's process tree: it may leave by itself for a second, as its
 * standard input has ended, then it is asked to (SIGTERM), then it is made to. Windows needs none
 * of this: there the system ends the children of a Node process together with it.
 */
import { spawn } from 'node:child_process';
import process from 'node:process';

export interface Guard {
  /** The tap ends in good order: the guard leaves without doing anything. */
  close(): void;
}

/**
 * $1: the server's pid. Processes that left the server's process group are spared, since they would
 * go on without a tap as well. `tree` prints each process as pid:start, so that no later process
 * with the same number is ever signalled.
 */
const SCRIPT = `
PATH=/usr/bin:/bin:/usr/sbin:/sbin
stat_of() {
  if [ -r /proc/self/stat ]; then
    read -r line < "/proc/$1/stat" || return 1
    set -- \${line##*) }
    case $1 in Z | X) return 1 ;; esac
    shift 2
    group=$1; shift 17; start=$1
  else
    group=$(ps -o pgid= -p "$1" 2>/dev/null | tr -d ' ') || return 1
    start=$(ps -o lstart= -p "$1" 2>/dev/null | tr ' ' _)
    [ -n "$start" ]
  fi
}
children() {
  if [ -r /proc/self/task ]; then cat /proc/"$1"/task/*/children 2>/dev/null; else pgrep -P "$1"; fi
}
tree() {
  for pid in "$@"; do
    stat_of "$pid" || continue
    [ "$group" = "$own" ] || continue
    echo "$pid:$start"
    tree $(children "$pid")
  done
}
signal() {
  for known in $all; do
    stat_of "\${known%%:*}" && [ "$start" = "\${known#*:}" ] && kill "-$1" "\${known%%:*}" 2>/dev/null
  done
}
wait_for_end() {
  for _ in 1 2 3 4 5; do
    alive=
    for known in $all; do
      stat_of "\${known%%:*}" && [ "$start" = "\${known#*:}" ] && alive=1
    done
    [ -z "$alive" ] && exit 0
    sleep 0.2
  done
}
stat_of "$1" && own=$group
while read -r _; do :; done
all=$(tree "$1")
wait_for_end
signal TERM
wait_for_end
signal KILL
`;

/** Starts a guard over the process tree of `pid`. */
export function startGuard(pid: number): Guard {
  if (process.platform === 'win32') return { close: () => {} };
  const shell = spawn('/bin/sh', ['-c', SCRIPT, 'wiretape-guard', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // A session of its own, so that what ends our process group does not end the guard first.
    detached: true,
    cwd: '/',
    env: {},
  });
  // Without a shell there is no guard; the server still sees its standard input end.
  shell.on('error', () => {});
  shell.stdin.on('error', () => {});
  shell.unref();
  return { close: () => void shell.kill('SIGKILL') };
}
