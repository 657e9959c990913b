/** Which names are those of secrets, whatever case and signs they are written with. */

/** A field of this name holds a secret, when one of these is its last word. */
const SECRET_WORDS = new Set([
  'password',
  'passwords',
  'passwd',
  'passphrase',
  'passcode',
  'pass',
  'pwd',
  'pgpassword',
  'sshpass',
  'secret',
  'secrets',
  'clientsecret',
  'token',
  'authtoken',
  'accesstoken',
  'refreshtoken',
  'idtoken',
  'sessiontoken',
  'bearer',
  'apikey',
  'apikeys',
  'secretkey',
  'accesskey',
  'privatekey',
  'masterkey',
  'pat',
  'otp',
  'creds',
  'authorization',
  'cookie',
  'cookies',
  'credential',
  'credentials',
  'sessionid',
]);

/** A field whose name ends in `key` holds a secret only after one of these, or after a service. */
const KEY_PREFIXES = new Set([
  'api',
  'access',
  'account',
  'private',
  'secret',
  'signing',
  'encryption',
  'auth',
  'master',
  'storage',
  'subscription',
  'shared',
  'deploy',
  'hmac',
  'jwt',
]);

/** Services whose keys are called by them alone: `OPENAI_KEY`. Those whose items have keys are not here. */
const SERVICES = new Set(
  'openai anthropic gemini mistral cohere groq deepseek perplexity openrouter huggingface replicate stripe twilio sendgrid mailgun resend algolia pinecone tavily exa brave serper serpapi firecrawl browserbase azure cloudflare supabase datadog elevenlabs deepgram'.split(
    ' ',
  ),
);

/** Tokens of protocols, pages and language models are places in a stream; a pass may be one of many. */
const HARMLESS_PREFIXES = new Set([
  'progress',
  'page',
  'next',
  'prev',
  'previous',
  'continuation',
  'sync',
  'resumption',
  'resume',
  'cancellation',
  'cursor',
  'max',
  'min',
  'bos',
  'eos',
  'pad',
  'stop',
  'special',
  'low',
  'high',
  'band',
  'first',
  'second',
  'render',
]);

/** What the names of isSecretName end in; cheaper to ask than to take a name apart. */
const SECRET_ENDINGS =
  /(?:passwords?|passwd|passphrase|passcode|pass|pwd|secrets?|token|bearer|keys?|pat|otp|creds|authorization|cookies?|credentials?|sessionid|string)$/i;

/** `value` is the name of one where the secret's own stands beside it (beside-name.ts). */
const LAST_WORDS = [...SECRET_WORDS, 'key', 'keys', 'string', 'value'];

/** What the last three letters of those are, of which each has as many. */
const LAST_THREE: ReadonlySet<number> = new Set(
  LAST_WORDS.map((word) => threeBefore(word, word.length)),
);

/** Whether the name of a secret may end here in a text: cheap, and asked at every colon and sign. */
export function mayEndName(text: string, end: number): boolean {
  return LAST_THREE.has(threeBefore(text, end));
}

/** Three characters as one number, whatever their case. */
function threeBefore(text: string, end: number): number {
  return (
    ((text.charCodeAt(end - 3) | 0x20) << 16) ^
    ((text.charCodeAt(end - 2) | 0x20) << 8) ^
    (text.charCodeAt(end - 1) | 0x20)
  );
}

/** Longer names are no names. */
export const LONGEST_NAME = 100;

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
  if (name.length > LONGEST_NAME || !SECRET_ENDINGS.test(name)) return false;
  const words = wordsOf(name);
  const last = words.at(-1) ?? '';
  const before = words.at(-2) ?? '';
  if (last === 'key' || last === 'keys') return KEY_PREFIXES.has(before) || SERVICES.has(before);
  if (last === 'string') return before === 'connection';
  return SECRET_WORDS.has(last) && !words.some((word) => HARMLESS_PREFIXES.has(word));
}
