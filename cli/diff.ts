/** `wiretape diff`: what differs between two recordings or runs; exit code 1 when something does. */
import type { Command } from 'commander';
import { addCommand, type CommonOptions } from './command.ts';
import { comparisonLines, withShortValues } from './diff-text.ts';
import { UserError } from './error.ts';
import { withSource } from './sessions.ts';
import { sideNamed } from './sides.ts';
import { stateOf } from './state.ts';
import { printJson, terminal } from './terminal.ts';

export function registerDiff(program: Command): void {
  addCommand(program, 'diff', 'tell two recordings or runs apart, call by call')
    .argument('[a]', 'a file, a session or a run')
    .argument('[b]', 'what it is compared with')
    .action(diff);
}

async function diff(
  a: string | undefined,
  b: string | undefined,
  options: CommonOptions,
): Promise<void> {
  if (a === undefined || b === undefined) throw wrongUsage('Two are compared: A and B.');
  await compare(a, b, options);
}

async function compare(a: string, b: string, options: CommonOptions): Promise<void> {
  const { compareSides } = await import('../replay/index.ts');
  const { sideA, sideB } = await withSource(stateOf(options.state), async (source) => ({
    sideA: await sideNamed(source, a),
    sideB: await sideNamed(source, b),
  }));
  const comparison = compareSides(sideA.side, sideB.side);
  if (!comparison.equal) process.exitCode = 1;
  if (options.json) return printJson({ a, b, ...withShortValues(comparison) });
  const { line, colors } = terminal();
  for (const text of comparisonLines({ a, b, comparison }, colors)) line(text);
}

function wrongUsage(detail: string): UserError {
  return new UserError('wrong-usage', detail, 'wiretape diff --help says more.');
}
