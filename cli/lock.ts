/** `wiretape lock`: keeps what servers offer in a file, so that `check --lock` can tell what changed. */
import type { Command } from 'commander';
import { type Definitions, LISTINGS } from '../analysis/definitions.ts';
import { addCommonOptions, type CommonOptions } from './command.ts';
import { UserError } from './error.ts';
import { LOCK_FILE, lockBytes, readLockFile, writeLockFile } from './lock-file.ts';
import { definitionsIn, splitWords } from './lock-source.ts';
import { stateOf } from './state.ts';
import { counted, printJson, remark } from './terminal.ts';

interface LockOptions extends CommonOptions {
  readonly output: string;
  readonly update?: boolean;
  readonly name?: string;
}

export function registerLock(command: Command): void {
  addCommonOptions(command)
    .argument(
      '[recording...]',
      'files, sessions or runs, or after -- the command of a server; none: the newest run',
    )
    .option('-o, --output <file>', 'where to; - is stdout', LOCK_FILE)
    .option('--update', 'replace what an existing lock says of these servers')
    .option('--name <name>', 'what to call the server after --; else its command')
    .action(lock);
}

async function lock(words: string[], options: LockOptions, command: Command): Promise<void> {
  const { output, name } = options;
  const [recordings, started] = splitWords(words, command);
  const found = await definitionsIn({
    recordings,
    command: started,
    name,
    state: stateOf(options.state),
  });
  if (output === '-') {
    process.stdout.write(lockBytes(found));
    return;
  }
  const existing = await readLockFile(output);
  const next = { ...existing, ...found };
  const isSame = existing !== undefined && lockBytes(existing) === lockBytes(next);
  if (existing && !options.update && contradicts(existing, found)) {
    const hint = `wiretape check --lock=${output} says what changed; --update replaces it.`;
    throw new UserError('file-exists', `${output} says something else of these servers.`, hint);
  }
  if (!isSame) await writeLockFile(output, next);
  if (options.json) printJson({ lock: output, servers: found, written: !isSame });
  else remark(`${output}: ${isSame ? 'unchanged, ' : ''}${summary(found)}.`);
}

/** A server that the lock does not have yet contradicts nothing. */
function contradicts(existing: Definitions, found: Definitions): boolean {
  const known = Object.entries(found).filter(([name]) => Object.hasOwn(existing, name));
  return lockBytes({ ...existing, ...Object.fromEntries(known) }) !== lockBytes(existing);
}

function summary(found: Definitions): string {
  return Object.entries(found)
    .map(([name, definitions]) => {
      const counts = LISTINGS.flatMap((listing) => {
        const count = Object.keys(definitions[listing] ?? {}).length;
        return count === 0 ? [] : [counted(count, listing.slice(0, -1))];
      });
      const partial = definitions.partial ? ', not all pages' : '';
      return `${name} (${counts.length === 0 ? 'nothing listed' : counts.join(', ')}${partial})`;
    })
    .join(', ');
}
