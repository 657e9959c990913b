/** Options of every command that lets a recording speak: how it is played. */
import { type Command, InvalidArgumentError, Option } from 'commander';

/** What the options of `addPlaying` give an action. */
export interface PlayingOptions {
  readonly mask?: readonly string[];
  readonly placement: 'observed' | 'causal';
  readonly fault?: readonly string[];
  readonly seed?: number;
}

export function addPlaying(command: Command): Command {
  return command
    .option(
      '--mask <mask>',
      'METHOD:/POINTER=TYPE or TOOL:/POINTER=TYPE: a value that may be another one of its type; can be repeated',
      repeated,
    )
    .addOption(
      new Option(
        '--placement <mode>',
        'what a message of the server that belongs to no request waits for',
      )
        .choices(['observed', 'causal'])
        .default('observed'),
    )
    .option(
      '--fault <fault>',
      'KIND@CALL[:ARG], such as drop@read_graph#2: what the server does wrong; can be repeated',
      repeated,
    )
    .option('--seed <n>', 'decides what a fault leaves to chance (1 when left out)', seedOf);
}

/** The same as a player takes it. */
export function playingOf({ mask = [], placement, fault = [], seed = 1 }: PlayingOptions) {
  return { masks: mask, placement, faults: fault, seed };
}

/** An option that can be given more than once. */
function repeated(word: string, before: readonly string[] = []): readonly string[] {
  return [...before, word];
}

function seedOf(text: string): number {
  if (/^[0-9]{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is no whole number');
}
