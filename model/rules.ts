/**
 * The rules of redaction as the redactor uses them: ours, and what a user adds to them or leaves out.
 */
import { isSecretVariable } from './environment.ts';
import { sha256Hex } from './keyed-hash.ts';
import { isSecretName, LONGEST_NAME, mayEndName, wordsOf } from './secret-names.ts';
import { RULES, SECRET_SHAPES, type SecretShape } from './secrets.ts';

/** What a user adds, read and checked (user-rules.ts): plain data, which a worker can be handed. */
export interface UserRules {
  /** Members, variables, options and headers with these last words hold secrets. */
  readonly names: readonly string[];
  readonly shapes: readonly UserShape[];
  /** The values of these variables never stand in a recording. */
  readonly variables: readonly string[];
  /** What our rules would take for a secret, and is none. */
  readonly allow: { readonly names: readonly string[]; readonly types: readonly string[] };
}

export interface UserShape {
  readonly type: string;
  /** Texts of which every match contains one; none: every text is searched. */
  readonly hints: readonly string[];
  /** A regular expression without flags. */
  readonly shape: string;
}

export interface RedactionRules {
  /** What names them in a recording. */
  readonly id: string;
  readonly isSecretName: (name: string) => boolean;
  /** Whether a name of a secret may end before this place in a text. */
  readonly mayEnd: (text: string, end: number) => boolean;
  readonly isSecretVariable: (name: string, value: string) => boolean;
  readonly shapes: readonly SecretShape[];
  readonly userShapes: readonly SecretShape[];
}

export const DEFAULT_RULES: RedactionRules = {
  id: RULES,
  isSecretName,
  mayEnd: mayEndName,
  isSecretVariable,
  shapes: SECRET_SHAPES,
  userShapes: [],
};

/** Shorter values would blank half of a recording, whoever asks for it. */
const SHORTEST = 4;

/** The rules with those of a user. What he adds is a secret, whatever he allows besides. */
export function rulesWith(user: UserRules | undefined): RedactionRules {
  if (!user) return DEFAULT_RULES;
  const isAdded = isOneOf(user.names);
  const allowed = new Set(user.allow.names.map(spoken));
  const isAllowed = (name: string): boolean => allowed.has(spoken(name));
  const letters = codesOf(user.names.map((name) => name.slice(-1)));
  const types = new Set(user.allow.types);
  const variables = new Set(user.variables);
  return {
    id: `${RULES}+user:${sha256Hex(JSON.stringify(user)).slice(0, 8)}`,
    isSecretName: (name) => isAdded(name) || (isSecretName(name) && !isAllowed(name)),
    mayEnd: (text, end) => mayEndName(text, end) || letters.has(text.charCodeAt(end - 1)),
    isSecretVariable: (name, value) =>
      variables.has(name) || isAdded(name)
        ? value.length >= SHORTEST
        : isSecretVariable(name, value) && !isAllowed(name),
    shapes: SECRET_SHAPES.filter(({ type }) => !types.has(type)),
    userShapes: user.shapes.map((one) => ({ ...one, shape: new RegExp(one.shape, 'g') })),
  };
}

/** The words of a name: `internalId`, `internal_id` and `INTERNAL-ID` are one name. */
function spoken(name: string): string {
  return wordsOf(name).join(' ');
}

/** Whether the last words of a name are one of these names. */
function isOneOf(names: readonly string[]): (name: string) => boolean {
  const known = names.map((name) => ` ${spoken(name)}`);
  return (name) => {
    if (known.length === 0 || name.length > LONGEST_NAME) return false;
    const asked = ` ${spoken(name)}`;
    return known.some((one) => asked.endsWith(one));
  };
}

function codesOf(letters: readonly string[]): ReadonlySet<number> {
  return new Set(
    letters.flatMap((letter) => [letter.toLowerCase(), letter.toUpperCase()].map(codeOf)),
  );
}

function codeOf(letter: string): number {
  return letter.charCodeAt(0);
}
