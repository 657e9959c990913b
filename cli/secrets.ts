/** Values that were redacted when they were recorded, from the environment. */
import process from 'node:process';
import { UserError } from './error.ts';

export interface Secrets {
  /** By the placeholder without its brackets, `token:0a1b2c3d`, or by the member it stands in. */
  readonly secretOf: (placeholder: string, name: string) => string | undefined;
  /** The names for which nothing was asked. */
  readonly unused: ReadonlySet<string>;
}

/** Those of `--secret NAME=VARIABLE`. */
export function secretsGiven(words: readonly string[]): Secrets {
  const given = new Map(words.map(secretIn));
  const unused = new Set(given.keys());
  return {
    unused,
    secretOf(placeholder, name) {
      const key = [placeholder.slice('<secret:'.length, -1), name].find((one) => given.has(one));
      if (key === undefined) return undefined;
      unused.delete(key);
      return given.get(key);
    },
  };
}

function secretIn(text: string): readonly [string, string] {
  const [name, variable] = namedSecret(text);
  const value = process.env[variable];
  if (name !== '' && value !== undefined) return [name, value];
  const detail =
    name !== '' ? `There is no variable ${variable}.` : `${text} is not of the form NAME=VARIABLE.`;
  throw new UserError(
    'wrong-usage',
    detail,
    'Write --secret password=MY_PASSWORD, with MY_PASSWORD set.',
  );
}

/** The member and the variable of `NAME=VARIABLE`. */
export function namedSecret(text: string): readonly [name: string, variable: string] {
  const at = text.lastIndexOf('=');
  return [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
}
