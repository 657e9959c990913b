/** Signals that reach the tap and mean the server. */
import process from 'node:process';

const PASSED_ON: readonly NodeJS.Signals[] =
  process.platform === 'win32'
    ? ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK']
    : ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'];

/** Those that ask a process to end. */
const ENDING = new Set<string>(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGBREAK']);

/** Calls `pass` with each signal that reaches this process; gives a function that stops it. */
export function passSignals(pass: (signal: NodeJS.Signals, isEnding: boolean) => void): () => void {
  const listener = (signal: NodeJS.Signals): void => pass(signal, ENDING.has(signal));
  for (const signal of PASSED_ON) process.on(signal, listener);
  return () => {
    for (const signal of PASSED_ON) process.off(signal, listener);
  };
}
