/**
 * What a secret looks like: rule data, read by the redactor and by whoever matches placeholders.
 *
 * Every expression runs in linear time (expression/linear.ts counts its steps): bounded lengths, and
 * a start that no part of a longer match can be, so that no stretch of text is searched twice.
 */
export interface SecretShape {
  readonly type: string;
  /** Every match contains one of these or stands before one, so that most texts are never searched. */
  readonly hints: readonly string[];
  readonly shape: RegExp;
}

export const RULES = 'default/3';

/**
 * Where a secret may start: not inside a word, but behind an escape of JSON (`\n`) or of an address
 * (`%3D`), whose last letter is no part of a word.
 */
const START = String.raw`(?<=^|[^0-9A-Za-z_]|\\[bfnrt]|\\u[0-9A-Fa-f]{4}|%[0-9A-Fa-f]{2})`;

/** A secret that is known by its first letters: those, then so many characters of a kind. */
function prefixed(type: string, prefixes: readonly string[], rest: string): SecretShape {
  const first = prefixes.map((prefix) => prefix.replaceAll('.', '\\.')).join('|');
  return { type, hints: prefixes, shape: new RegExp(`${START}(?:${first})${rest}`, 'g') };
}

/** A space, also as addresses write it. */
const GAP = '(?: |%20|\\+)';

/** The scheme of an Authorization header as it is written, and what separates it from its secret. */
function afterScheme(name: string): string[] {
  const capital = name.charAt(0).toUpperCase() + name.slice(1);
  const written = [name, capital, name.toUpperCase()];
  return written.flatMap((scheme) => [' ', '%20', '+'].map((gap) => scheme + gap));
}

const KEY_BLOCK = `-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----`;
const KEY_BLOCK_END = `-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----`;

/** Four digits of base 64, which stand for three bytes. */
const FOUR = `(?:${'[A-Za-z0-9+/]'.repeat(4)})`;

export const SECRET_SHAPES: readonly SecretShape[] = [
  {
    type: 'pem',
    hints: ['PRIVATE KEY'],
    // A block that was cut off ends with its string.
    shape: new RegExp(`${KEY_BLOCK}(?:[^"-]|-(?!----)){0,40000}(?:${KEY_BLOCK_END})?`, 'g'),
  },
  {
    type: 'url-password',
    hints: ['@'],
    shape: /(?<=:\/\/[^\s/:@"\\]{0,64}:)[^\s/:"\\]{3,128}(?=@)/g,
  },
  {
    type: 'jwt',
    hints: ['.eyJ'],
    shape: new RegExp(
      String.raw`${START}(?<!-)eyJ[\w-]{8,10000}\.eyJ[\w-]{8,10000}\.[\w-]{8,2000}`,
      'g',
    ),
  },
  {
    type: 'bearer',
    hints: afterScheme('bearer'),
    // With a digit in it, or it is a word of a sentence.
    shape: new RegExp(
      String.raw`${START}(?:B(?:earer|EARER)|bearer)${GAP}(?=[A-Za-z._~+/-]{0,500}\d)[\w.~+/-]{16,10000}=*`,
      'g',
    ),
  },
  {
    type: 'basic',
    hints: afterScheme('basic'),
    // With a colon in it, which has one of three forms in base 64, or it is a word of a sentence.
    shape: new RegExp(
      `${START}(?:B(?:asic|ASIC)|basic)${GAP}(?=${FOUR}{0,200}(?:.[DTjz][o-r]|..[AEIMQUYcgkosw048]6|${FOUR}O[g-v]))[A-Za-z0-9+/]{8,4000}=*`,
      'g',
    ),
  },
  prefixed('github', ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], '[A-Za-z0-9]{36,255}'),
  prefixed('github', ['github_pat_'], '[A-Za-z0-9_]{40,255}'),
  prefixed('gitlab', ['glpat-', 'gldt-', 'glrt-'], '[A-Za-z0-9_-]{20,64}'),
  prefixed('aws-key', ['AKIA', 'ASIA'], '[A-Z0-9]{16}(?![A-Za-z0-9])'),
  prefixed('anthropic', ['sk-ant-'], '[A-Za-z0-9_-]{20,200}'),
  prefixed('openai', ['sk-'], '(?=[A-Za-z_-]{0,200}[0-9])[A-Za-z0-9_-]{32,200}'),
  prefixed(
    'slack',
    ['xoxa-', 'xoxb-', 'xoxe-', 'xoxo-', 'xoxp-', 'xoxr-', 'xoxs-'],
    '[A-Za-z0-9-]{10,250}',
  ),
  prefixed('slack', ['xapp-'], '[A-Za-z0-9-]{20,250}'),
  prefixed(
    'stripe',
    ['sk_live_', 'rk_live_', 'sk_test_', 'rk_test_', 'whsec_'],
    '[A-Za-z0-9]{16,200}',
  ),
  prefixed('google', ['AIza'], '[A-Za-z0-9_-]{35}'),
  prefixed('google', ['ya29.', 'GOCSPX-'], '[A-Za-z0-9_-]{20,300}'),
  prefixed('huggingface', ['hf_'], '[A-Za-z0-9]{30,64}'),
  prefixed('npm', ['npm_'], '[A-Za-z0-9]{36}(?![A-Za-z0-9])'),
  prefixed('pypi', ['pypi-'], '[A-Za-z0-9_-]{50,250}'),
  prefixed('notion', ['ntn_', 'secret_'], '[A-Za-z0-9]{40,64}'),
  prefixed('linear', ['lin_api_', 'lin_oauth_'], '[A-Za-z0-9]{32,64}'),
  prefixed('sendgrid', ['SG.'], String.raw`[\w-]{16,64}\.[\w-]{16,64}`),
  prefixed('shopify', ['shpat_', 'shpss_', 'shpca_'], '[A-Fa-f0-9]{32}'),
  prefixed('digitalocean', ['dop_v1_', 'doo_v1_'], '[a-f0-9]{64}'),
  prefixed('vault', ['hvs.', 'hvb.'], '[A-Za-z0-9_-]{24,250}'),
  prefixed('groq', ['gsk_'], '[A-Za-z0-9]{32,64}'),
  prefixed('atlassian', ['ATATT3'], '[A-Za-z0-9_=-]{40,300}'),
  {
    type: 'azure',
    hints: ['AccountKey'],
    shape: new RegExp(
      `${START}AccountKey(?:=|%3[Dd])(?:[A-Za-z0-9+/]|%2[BbFf]){86}(?:==|(?:%3[Dd]){2})`,
      'g',
    ),
  },
  prefixed('databricks', ['dapi'], '[a-f0-9]{32}(?![A-Za-z0-9])'),
  prefixed('fly', ['fo1_'], '[A-Za-z0-9_-]{40,64}'),
  prefixed('supabase', ['sbp_'], '[a-f0-9]{40}'),
  prefixed('xai', ['xai-'], '[A-Za-z0-9]{60,100}'),
  prefixed('replicate', ['r8_'], '[A-Za-z0-9]{37,40}'),
  prefixed('postman', ['PMAK-'], '[a-f0-9]{24}-[a-f0-9]{34}'),
  prefixed('newrelic', ['NRAK-'], '[A-Z0-9]{27}'),
  prefixed('grafana', ['glsa_'], '[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}'),
  prefixed('planetscale', ['pscale_pw_', 'pscale_tkn_'], '[A-Za-z0-9_-]{32,64}'),
  prefixed('tailscale', ['tskey-'], '[a-z]{3,20}-[A-Za-z0-9]{6,30}-[A-Za-z0-9]{16,64}'),
  prefixed('doppler', ['dp.pt.', 'dp.st.'], '[A-Za-z0-9]{40,44}'),
  prefixed('square', ['sq0atp-', 'sq0csp-'], '[A-Za-z0-9_-]{22,43}'),
  prefixed('age', ['AGE-SECRET-KEY-1'], '[A-Z0-9]{58}'),
  prefixed('mailgun', ['key-'], '[a-f0-9]{32}(?![A-Za-z0-9])'),
  prefixed('perplexity', ['pplx-'], '[A-Za-z0-9]{40,64}'),
  prefixed('tavily', ['tvly-'], '[A-Za-z0-9-]{20,64}'),
  prefixed('figma', ['figd_'], '[A-Za-z0-9_-]{38,64}'),
  prefixed('sentry', ['sntrys_'], '[A-Za-z0-9_=+/-]{40,400}'),
  prefixed('sentry', ['sntryu_'], '[a-f0-9]{64}'),
  {
    type: 'telegram',
    hints: [':AA', '%3AAA', '%3aAA'],
    shape: /(?<!\d)\d{8,10}(?::|%3[Aa])AA[\w-]{33}(?![\w-])/g,
  },
  {
    type: 'webhook',
    hints: ['hooks.slack.com'],
    shape:
      /hooks\.slack\.com(?:\/|%2[Ff])(?:services|workflows|triggers)(?:\/|%2[Ff])[\w/%]{20,200}/g,
  },
  {
    type: 'webhook',
    hints: ['api/webhooks/', 'api%2Fwebhooks%2F', 'api%2fwebhooks%2f'],
    shape:
      /(?<=discord(?:app)?\.com(?:\/|%2[Ff])api(?:\/|%2[Ff])webhooks(?:\/|%2[Ff]))\d{15,21}(?:\/|%2[Ff])[\w-]{40,100}/g,
  },
  {
    type: 'user-password',
    hints: ['-u ', '--user '],
    // With a digit and a letter, or it is a user and his group.
    shape:
      /(?<=\s(?:-u|--user) \\{0,3}["']?[\w.@-]{1,40}:)(?=[^\s"'\\]{0,60}\d)(?=[^\s"'\\]{0,60}[A-Za-z])[^\s"'`\\<>()&]{4,100}/g,
  },
];
