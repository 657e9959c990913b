/** Secrets in an argument list: where the name of an option, a variable, a header or a query says so. */
import type { Redact } from './crossing.ts';
import type { KeyedHash } from './keyed-hash.ts';
import { placeholderOf } from './placeholder.ts';

/** What redacts the texts of one session, and the arguments that started its server. */
export interface ArgumentRules {
  readonly clean: Redact;
  readonly hash: KeyedHash;
  readonly isSecretName: (name: string) => boolean;
}

/** `--token=x`, `-e API_KEY=x`, `Authorization: x`. */
const NAMED = /^(-{0,2}[\w.-]{1,100})(=|:\s?)(.+)$/s;
const OPTION = /^--?[A-Za-z][\w-]{0,99}$/;
const QUERY = /([?&][\w.-]{1,100}=)([^&#\s]+)/g;

/** The arguments with every secret replaced by a placeholder. */
export function redactArgs(
  args: readonly string[],
  { clean: redact, hash, isSecretName }: ArgumentRules,
): string[] {
  const placeholder = (secret: string): string => placeholderOf('argument', hash(secret));
  let valueIsSecret = false;
  return args.map((arg) => {
    const isValue = valueIsSecret && !arg.startsWith('-');
    valueIsSecret = OPTION.test(arg) && isSecretName(arg);
    if (isValue) return placeholder(arg);
    const [, name = '', sign = '', value = ''] = NAMED.exec(arg) ?? [];
    if (name !== '' && isSecretName(name)) return `${name}${sign}${placeholder(value)}`;
    const clean = arg.replace(QUERY, (whole, key: string, secret: string) =>
      isSecretName(key.slice(1, -1)) ? `${key}${placeholder(secret)}` : whole,
    );
    return redact(clean).text;
  });
}
