// Starts other programs for the scripts beside it: with a bound on their time, and without leaving children behind.

import { spawn } from 'node:child_process';

/**
 * @typedef {object} Outcome
 * @property {number} code exit code; 124 when the time ran out, 127 when the program could not be started
 * @property {string} output what was captured, empty with `stdio: 'inherit'`
 * @property {boolean} timedOut
 */

/**
 * Runs a program to its end and never rejects.
 * It gets a process group of its own, so that running out of time ends its children as well.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ timeoutMs?: number, show?: 'nothing' | 'all' | 'stderr', env?: Record<string, string> }} [options]
 *   `nothing` captures both streams, `all` hands ours on, `stderr` sends both to our stderr
 * @returns {Promise<Outcome>}
 */
export function run(command, args, options = {}) {
  const { timeoutMs = 600_000, show = 'nothing', env = {} } = options;
  const out = { nothing: 'pipe', all: 'inherit', stderr: 2 }[show];
  const err = show === 'nothing' ? 'pipe' : 'inherit';
  return new Promise((resolve) => {
    const grouped = process.platform !== 'win32';
    const child = spawn(command, args, {
      stdio: ['ignore', /** @type {any} */ (out), /** @type {any} */ (err)],
      env: { ...process.env, ...env },
      detached: grouped,
    });
    let output = '';
    let timedOut = false;
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      output += text;
    });

    const end = (/** @type {NodeJS.Signals} */ signal) => {
      if (child.pid === undefined) return;
      try {
        process.kill(grouped ? -child.pid : child.pid, signal);
      } catch {
        // The group is gone already, which is what was wanted.
      }
    };
    const timer = setTimeout(() => {
      timedOut = true;
      end('SIGTERM');
      // Whoever ignores the request gets no second one.
      setTimeout(end, 5000, 'SIGKILL').unref();
    }, timeoutMs);
    // A child in a group of its own hears neither the terminal's Ctrl-C nor our own end, so both are passed on.
    /** @type {readonly NodeJS.Signals[]} */
    const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of passedOn) process.on(signal, end);

    const settle = (/** @type {number} */ code) => {
      clearTimeout(timer);
      for (const signal of passedOn) process.off(signal, end);
      resolve({ code, output, timedOut });
    };
    child.on('error', (error) => {
      output += `${command}: ${error.message}\n`;
      settle(127);
    });
    child.on('close', (code) => settle(timedOut ? 124 : (code ?? 1)));
  });
}

/**
 * Runs a JavaScript program with this very Node, without a shell and without npx.
 *
 * @param {string} path
 * @param {readonly string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export function runNode(path, args, options) {
  return run(process.execPath, [path, ...args], options);
}
