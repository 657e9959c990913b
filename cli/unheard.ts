import process from 'node:process';

/** Whoever reads what we say on standard error may leave before us: what we do goes on. */
export function goOnUnheard(): void {
  process.stderr.on('error', () => {});
}
