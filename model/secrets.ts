/**
 * What a secret looks like: rule data, read by the redactor.
 *
 * `hint` is a lower-case word that every match contains, so that most texts are never searched.
 * Every expression runs in linear time: no nested repetition, bounded lengths.
 */
export interface SecretShape {
  readonly type: string;
  readonly hint: string;
  readonly shape: RegExp;
}

export const RULES = 'default/1';

export const SECRET_SHAPES: readonly SecretShape[] = [
  { type: 'github', hint: 'gh', shape: /\bgh[pousr]_[A-Za-z0-9]{36,255}\b/g },
  { type: 'github', hint: 'github_pat_', shape: /\bgithub_pat_[A-Za-z0-9_]{40,255}\b/g },
  { type: 'gitlab', hint: 'glpat-', shape: /\bglpat-[A-Za-z0-9_-]{20,64}/g },
  { type: 'aws-key', hint: 'aki', shape: /\bAKIA[A-Z0-9]{16}\b/g },
  { type: 'aws-key', hint: 'asi', shape: /\bASIA[A-Z0-9]{16}\b/g },
  { type: 'anthropic', hint: 'sk-ant-', shape: /\bsk-ant-[A-Za-z0-9_-]{20,200}/g },
  { type: 'openai', hint: 'sk-', shape: /\bsk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{32,200}/g },
  { type: 'slack', hint: 'xox', shape: /\bxox[abeoprs]-[A-Za-z0-9-]{10,250}/g },
  { type: 'stripe', hint: '_live_', shape: /\b[rs]k_live_[A-Za-z0-9]{16,100}/g },
  { type: 'stripe', hint: '_test_', shape: /\b[rs]k_test_[A-Za-z0-9]{16,100}/g },
  { type: 'google', hint: 'aiza', shape: /\bAIza[A-Za-z0-9_-]{35}/g },
  { type: 'google', hint: 'ya29.', shape: /\bya29\.[A-Za-z0-9_-]{20,300}/g },
  { type: 'huggingface', hint: 'hf_', shape: /\bhf_[A-Za-z0-9]{30,64}\b/g },
  { type: 'npm', hint: 'npm_', shape: /\bnpm_[A-Za-z0-9]{36}\b/g },
  { type: 'notion', hint: 'ntn_', shape: /\bntn_[A-Za-z0-9]{40,64}\b/g },
  { type: 'jwt', hint: 'eyj', shape: /\beyJ[\w-]{8,2000}\.eyJ[\w-]{8,4000}\.[\w-]{8,1000}/g },
  { type: 'bearer', hint: 'bearer ', shape: /\bbearer [A-Za-z0-9._~+/-]{16,4000}=*/gi },
  { type: 'basic', hint: 'basic ', shape: /\bbasic [A-Za-z0-9+/]{16,2000}=*/gi },
  {
    type: 'url-password',
    hint: '://',
    shape: /(?<=:\/\/[^\s/:@"\\]{1,64}:)[^\s/:@"\\]{3,128}(?=@)/g,
  },
  {
    type: 'pem',
    hint: 'private key',
    shape:
      /-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----[^-]{1,20000}-----END [A-Z ]{0,20}PRIVATE KEY-----/g,
  },
];

/** A field of this name holds a secret, when one of these is its last word. */
const SECRET_WORDS = new Set([
  'password',
  'passwd',
  'passphrase',
  'pwd',
  'secret',
  'token',
  'apikey',
  'authorization',
  'cookie',
  'credential',
  'credentials',
]);

/** A field whose name ends in `key` holds a secret only after one of these. */
const KEY_PREFIXES = new Set([
  'api',
  'access',
  'private',
  'secret',
  'signing',
  'encryption',
  'auth',
]);

/** Tokens of protocols and pages: places in a stream, not secrets. */
const HARMLESS_PREFIXES = new Set([
  'progress',
  'page',
  'next',
  'previous',
  'continuation',
  'sync',
  'resumption',
  'cancellation',
  'max',
]);

/** The words of a name, split at case, underscore, hyphen, dot and space, in lower case. */
export function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[\s_.-]+/)
    .filter((word) => word !== '');
}

/** Whether a field or variable of this name holds a secret. */
export function isSecretName(name: string): boolean {
  if (name.length > 100) return false;
  const words = wordsOf(name);
  const last = words.at(-1) ?? '';
  const before = words.at(-2) ?? '';
  if (last === 'key') return KEY_PREFIXES.has(before);
  return SECRET_WORDS.has(last) && !words.some((word) => HARMLESS_PREFIXES.has(word));
}
