import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isSecretVariable } from '../../model/environment.ts';
import { fingerprintOfKey, keyedHash } from '../../model/keyed-hash.ts';
import { createRedact } from '../../model/redaction.ts';
import { isSecretName } from '../../model/secret-names.ts';
import { SECRET_SHAPES } from '../../model/secrets.ts';
import { dice, holds, hostileJson, SEED } from '../kit/random.ts';

const hash = keyedHash(new Uint8Array(32).fill(7));
const redact = createRedact(hash);
const clean = (text: string): string => redact(text).text;
const hidden = (type: string, secret: string): string => `<secret:${type}:${hash(secret)}>`;

const TOKEN = 'aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5bC7dE9fG1hJ3kL5mN7pQ9rS1tU3v';
const token = (length: number): string => TOKEN.repeat(10).slice(0, length);
const HEX = '0123456789abcdef';
const pem = (kind: string, line: string): string =>
  [`-----BEGIN ${kind}-----`, line, line, `-----END ${kind}-----`].join('\\n');

/** A secret of each shape, in the order of the shapes. What is found may begin before the secret. */
const SAMPLES: readonly [type: string, text: string, found?: string][] = [
  ['pem', pem('RSA PRIVATE KEY', token(64))],
  ['url-password', 'postgres://admin:hunter-2@db:5432/x', 'hunter-2'],
  ['jwt', `eyJ${token(30)}.eyJ${token(60)}.${token(43)}`],
  ['bearer', `Bearer ${token(20)}==`],
  ['basic', `Basic ${Buffer.from('admin:hunter2').toString('base64')}`],
  ['github', `ghp_${token(36)}`],
  ['github', `github_pat_${token(22)}_${token(59)}`],
  ['gitlab', `glpat-${token(20)}`],
  ['aws-key', `AKIA${token(40).toUpperCase().slice(0, 16)}`],
  ['anthropic', `sk-ant-api03-${token(80)}`],
  ['openai', `sk-proj-${token(60)}`],
  ['slack', `xoxb-123456789012-${token(24)}`],
  ['slack', `xapp-1-A0123-${token(40)}`],
  ['stripe', `sk_live_${token(24)}`],
  ['google', `AIza${token(35)}`],
  ['google', `ya29.${token(60)}`],
  ['huggingface', `hf_${token(34)}`],
  ['npm', `npm_${token(36)}`],
  ['pypi', `pypi-${token(120)}`],
  ['notion', `ntn_${token(46)}`],
  ['linear', `lin_api_${token(40)}`],
  ['sendgrid', `SG.${token(22)}.${token(43)}`],
  ['shopify', `shpat_${'0123456789abcdef'.repeat(2)}`],
  ['digitalocean', `dop_v1_${'0123456789abcdef'.repeat(4)}`],
  ['vault', `hvs.${token(90)}`],
  ['groq', `gsk_${token(52)}`],
  ['atlassian', `ATATT3${token(180)}=0A1B2C3D`],
  ['azure', `AccountKey=${token(86)}==`],
  ['databricks', `dapi${HEX.repeat(2)}`],
  ['fly', `fo1_${token(43)}`],
  ['supabase', `sbp_${(HEX.repeat(3)).slice(0, 40)}`],
  ['xai', `xai-${token(80)}`],
  ['replicate', `r8_${token(37)}`],
  ['postman', `PMAK-${HEX.repeat(2).slice(0, 24)}-${HEX.repeat(3).slice(0, 34)}`],
  ['newrelic', `NRAK-${token(27).toUpperCase()}`],
  ['grafana', `glsa_${token(32)}_${HEX.slice(0, 8)}`],
  ['planetscale', `pscale_tkn_${token(43)}`],
  ['tailscale', `tskey-auth-${token(12)}-${token(32)}`],
  ['doppler', `dp.pt.${token(43)}`],
  ['square', `sq0atp-${token(22)}`],
  ['age', `AGE-SECRET-KEY-1${token(58).toUpperCase()}`],
  ['mailgun', `key-${HEX.repeat(2)}`],
  ['perplexity', `pplx-${token(48)}`],
  ['tavily', `tvly-dev-${token(32)}`],
  ['figma', `figd_${token(40)}`],
  ['sentry', `sntrys_${token(120)}`],
  ['sentry', `sntryu_${HEX.repeat(4)}`],
  ['telegram', `123456789:AA${token(33)}`],
  ['webhook', `hooks.slack.com/services/T0123ABCD/B0123ABCD/${token(24)}`],
  [
    'webhook',
    `https://discord.com/api/webhooks/123456789012345678/${token(68)}`,
    `123456789012345678/${token(68)}`,
  ],
  ['user-password', 'curl -u bob:hunterTwo22', 'hunterTwo22'],
];

/** Where a secret may stand; `%` is the place. */
const PLACES: readonly string[] = [
  '%',
  ' % ',
  '(%)',
  'at\tthe end: %\n',
  '{"text":"%"}',
  '{"text":"see % there","n":1.0}',
  '{"text":"first\\n%\\nlast"}',
  '{"text":"tab\\t%\\u000a%"}',
  '{"text":"{\\"inner\\":\\"%\\"}"}',
  '{"text":"{\\"inner\\":\\"{\\\\\\"most\\\\\\":\\\\\\"x\\\\\\\\n%\\\\\\"}\\"}"}',
  '["a","%","b"]',
  'x=%',
  'GET /path?q=%&r=1',
  'q%3D%',
  "'%'",
  '<td>%</td>',
];

test.each(['Bearer abcdefgh1jklmnopqrst', `AccountKey=${token(80)}+/+/+/==`])(
  '%.24s… goes where an address has it',
  (secret) => {
    const text = `https://x.example/?q=${encodeURIComponent(secret)}&r=1`;
    expect(clean(text)).toMatch(/^https:\/\/x\.example\/\?q=<secret:[a-z]+:[0-9a-f]{8}>&r=1$/);
  },
);

describe('secrets of a known shape', () => {
  test('have a sample each', () => {
    expect(SAMPLES.map(([type]) => type)).toEqual(SECRET_SHAPES.map(({ type }) => type));
    for (const { shape, hints } of SECRET_SHAPES) {
      expect(shape.flags).toBe('g');
      expect(hints.length).toBeGreaterThan(0);
    }
  });

  test.each(SAMPLES)(
    '%s: %.20s… goes wherever it stands, and nothing else',
    (type, text, found = text) => {
      for (const place of PLACES) {
        // A percent sign before two hex digits is part of the place.
        const parts = place.split(/%(?!3D)/);
        const changed = text.replace(found, hidden(type, found));
        expect(redact(parts.join(text))).toEqual({
          text: parts.join(changed),
          count: parts.length - 1,
        });
      }
    },
  );

  const cut: readonly string[] = [
    `{"text":"-----BEGIN PRIVATE KEY-----\\n${token(64)}\\n${token(30)}"}`,
    `-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,AB\n\n${token(64)}`,
    `{"a":"-----BEGIN PRIVATE KEY-----","b":"${token(10)}"}`,
  ];
  test.each(cut)('a key block that is cut off ends with its string: %.40s', (text) => {
    const { text: left, count } = redact(text);
    expect(count).toBe(1);
    expect(left).not.toContain(token(64));
    if (text.startsWith('{')) expect(() => JSON.parse(left)).not.toThrow();
  });

  test.each([
    'task-management-system-for-the-whole-team-of-ours',
    'risk-assessment-of-all-the-things-we-have',
    'desk-reservation',
    'Bearer authentication is used; basic authentication/authorization is not',
    'the bearer token-authentication-scheme',
    'Basic OpenTelemetry setup',
    'https://user@host/path:80/x@y',
    'http://localhost:3000/a@b',
    'mailto:someone@example.org',
    'ghp_short and AKIAlower and eyJ.eyJ.x',
    'npm_config_registry=https://registry.npmjs.org',
    'sha512-V1G1JSh1cc8dkkyFpw0IXVsbyOQxd4kSP9YXn1q5BDeiHwCIp0vDJuKvzJUuNi41jsQMTJFb5Vt8mZHvZzQ8Yw==',
    '01J9ZQ3V6T8W0X2Y4Z6A8B0C2D',
    '550e8400-e29b-41d4-a716-446655440000',
    '-----BEGIN PUBLIC KEY-----\\nMIIB\\n-----END PUBLIC KEY-----',
  ])('%s is no secret', (text) => {
    expect(redact(text)).toEqual({ text, count: 0 });
  });
});

describe('secrets known by a name', () => {
  const field = (secret: string): string => hidden('field', secret);
  const variable = (secret: string): string => hidden('variable', secret);
  const cases: readonly [text: string, expected: string][] = [
    ['{"password":"hunter2"}', `{"password":"${field('hunter2')}"}`],
    ['{"a":1.0,"apiKey" :\t"x y","b":[1e2]}', `{"a":1.0,"apiKey" :\t"${field('x y')}","b":[1e2]}`],
    ['{"token":"a","token":"b"}', `{"token":"${field('a')}","token":"${field('b')}"}`],
    ['{"password":123456,"b":1.0}', `{"password":"${field('123456')}","b":1.0}`],
    ['{"a":{"pin_token" : -12345.5e3}}', `{"a":{"pin_token" : "${field('-12345.5e3')}"}}`],
    ['{"cookie":[123456,"b"]}', `{"cookie":["${field('123456')}","${field('b')}"]}`],
    ['{"t":"{\\"password\\":123456}"}', `{"t":"{\\"password\\":\\"${field('123456')}\\"}"}`],
    ['{"password":"a\\"b\\\\"}', `{"password":"${field('a"b\\')}"}`],
    [
      '{"Authorization":["a, b","c"],"x":"y"}',
      `{"Authorization":["${field('a, b')}","${field('c')}"],"x":"y"}`,
    ],
    ['{"cookie":[ "a=1" , 2, "b" ]}', `{"cookie":[ "${field('a=1')}" , 2, "b" ]}`],
    ['{"text":"{\\"password\\": \\"a\\"}"}', `{"text":"{\\"password\\": \\"${field('a')}\\"}"}`],
    [
      '{"text":"{\\"secret\\":\\"a\\\\\\"b\\",\\"c\\":\\"d\\"}"}',
      `{"text":"{\\"secret\\":\\"${field('a"b')}\\",\\"c\\":\\"d\\"}"}`,
    ],
    [
      '{"t":"{\\"t\\":\\"{\\\\\\"token\\\\\\":\\\\\\"x\\\\\\"}\\"}"}',
      `{"t":"{\\"t\\":\\"{\\\\\\"token\\\\\\":\\\\\\"${field('x')}\\\\\\"}\\"}"}`,
    ],
    [
      String.raw`{"p\u0061ssword":"hunterTwo22"}`,
      String.raw`{"p\u0061ssword":"${field('hunterTwo22')}"}`,
    ],
    [
      String.raw`{"t":"{\"passwor\\u0064\":\"hunterTwo22\"}"}`,
      String.raw`{"t":"{\"passwor\\u0064\":\"${field('hunterTwo22')}\"}"}`,
    ],
    ['{"text":"{\\"password\\":\\"cut o"}', `{"text":"{\\"password\\":\\"${field('cut o')}"}`],
    ['{"password":"cut o', `{"password":"${field('cut o')}`],
    [`{"text":"{'api_key': 'abc'}"}`, `{"text":"{'api_key': '${field('abc')}'}"}`],
    [
      '{"text":"A=1\\nDB_PASSWORD=abc123\\nB=2"}',
      `{"text":"A=1\\nDB_PASSWORD=${variable('abc123')}\\nB=2"}`,
    ],
    ['export API_KEY="abc123"', `export API_KEY="${variable('abc123')}"`],
    ['{"cmd":"run --api-key=abc123 x"}', `{"cmd":"run --api-key=${variable('abc123')} x"}`],
    [
      'https://h/p?a=1&access_token=abc123&b=2',
      `https://h/p?a=1&access_token=${variable('abc123')}&b=2`,
    ],
  ];
  test.each(cases)('%s', (text, expected) => {
    expect(clean(text)).toBe(expected);
    expect(clean(expected)).toBe(expected);
  });

  test.each([
    '{"_meta":{"progressToken":"abcdef"},"progressToken":7}',
    '{"nextCursor":"abc","cursor":"def","nextPageToken":"x","pageToken":"y","continuation_token":"z"}',
    '{"maxTokens":4096,"max_tokens":"4096","inputTokens":12,"stopToken":"END","total_tokens":5}',
    '{"token":12,"password":null,"secret":{"type":"string"},"apiKey":true,"cookie":[]}',
    '{"inputSchema":{"properties":{"token":{"type":"string"}},"required":["token","password"]}}',
    '{"key":"value","publicKey":"abc","primaryKey":"id","keyboard":"x","tokenizer":"y","hotkey":"z"}',
    '{"name":"password","description":"The password: see \\"secrets\\" of the vault"}',
    '{"password":""}',
    '{"text":"def login(token=token, password=None): if KEY == value: TOKEN=$TOKEN_OF_MINE"}',
    '{"requestState":"eyJhIjoxfQ","taskId":"t","sessionKeyboard":1}',
    `${'"token'.repeat(3)}":`,
  ])('%s stays as it is', (text) => {
    expect(redact(text)).toEqual({ text, count: 0 });
  });

  test('a name is one by its last word, however it is written', () => {
    const secret = [
      'password',
      'DB_PASSWORD',
      'x-api-key',
      'clientSecret',
      'Set-Cookie',
      'OPENAI_API_KEY',
      'apikey',
      'auth.token',
      'id_token',
      'credentials',
      'private_key',
      'AccountKey',
    ];
    const plain = [
      'key',
      'KEY',
      'tokens',
      'tokenType',
      'secretName',
      'progressToken',
      'sort_key',
      'passwordless',
      '',
      `${'x'.repeat(101)}token`,
    ];
    expect(secret.filter((name) => !isSecretName(name))).toEqual([]);
    expect(plain.filter(isSecretName)).toEqual([]);
  });

  test(`a JSON text stays one, with the same members (seed ${SEED})`, () => {
    const secretName = fc.constantFrom('password', 'apiKey', 'x', 'Authorization');
    const value = fc.tuple(secretName, hostileJson, hostileJson).map(([name, a, b]) => ({
      [name]: a,
      inner: JSON.stringify({ [name]: b, deep: JSON.stringify({ [name]: a }) }),
    }));
    holds(value, (original) => {
      const text = JSON.stringify(original);
      const left = JSON.parse(clean(text)) as Record<string, unknown>;
      expect(Object.keys(left)).toEqual(Object.keys(JSON.parse(text)));
      expect(clean(clean(text))).toBe(clean(text));
    });
  });

  test(`no planted secret remains, however deep its text lies (seed ${SEED})`, () => {
    const secret = fc.string({ minLength: 6, maxLength: 30 }).map((text) => `canary${text}`);
    const levels = fc.nat(4);
    holds(fc.tuple(secret, levels, hostileJson), ([canary, level, beside]) => {
      let text = JSON.stringify({ beside: 1, password: canary, list: { apiKeys: [canary] } });
      for (let count = 0; count < level; count++) text = JSON.stringify({ beside, text });
      expect(clean(text)).not.toContain('canary');
      expect(() => JSON.parse(clean(text))).not.toThrow();
    });
  });
});

describe('values of the environment', () => {
  const environment = {
    PATH: '/usr/bin:/bin',
    HOME: '/home/anna-with-a-long-name',
    DB_PASSWORD: 'p"w\\ä/1',
    SERVICE_URL: 'https://example.org/a/path',
    SIGNING: 'c29tZS1taW50ZWQtdmFsdWUtMTIz',
    PIN_TOKEN: '123456',
    REGION: 'eu-central-1',
    SHORT_TOKEN: 'abc',
    UNDEFINED_TOKEN: undefined,
  };
  const scrub = createRedact(hash, environment);
  const env = (name: keyof typeof environment): string => hidden('env', environment[name] ?? '');

  test('go wherever they stand and however they are written', () => {
    const { DB_PASSWORD: password, SIGNING: minted } = environment;
    const once = JSON.stringify(password).slice(1, -1);
    const twice = JSON.stringify(once).slice(1, -1);
    for (const written of [password, once, twice, encodeURIComponent(password)]) {
      expect(scrub(`a ${written} b`)).toEqual({ text: `a ${env('DB_PASSWORD')} b`, count: 1 });
    }
    expect(scrub(`{"x":"${minted}${minted}"}`).text).toBe(
      `{"x":"${env('SIGNING')}${env('SIGNING')}"}`,
    );
  });

  test('keep a JSON text one when they are numbers', () => {
    const text = '{"pin":123456,"id":91234567,"f":0.123456,"t":"pin 123456","l":[123456]}';
    const pin = env('PIN_TOKEN');
    expect(scrub(text).text).toBe(
      `{"pin":"${pin}","id":91234567,"f":0.123456,"t":"pin ${pin}","l":["${pin}"]}`,
    );
    expect(scrub('pin=123456;').text).toBe(`pin=${pin};`);
  });

  test('are not replaced inside what replaced others', () => {
    const both = createRedact(hash, { A_TOKEN: 'secret', B_TOKEN: 'a secret value' });
    expect(both('a secret value, secret').text).toBe(
      `${hidden('env', 'a secret value')}, ${hidden('env', 'secret')}`,
    );
  });

  test('stay when they are no secrets', () => {
    for (const name of ['PATH', 'HOME', 'SERVICE_URL', 'REGION', 'SHORT_TOKEN'] as const) {
      const text = `{"x":"${environment[name]}"}`;
      expect(scrub(text)).toEqual({ text, count: 0 });
    }
  });

  test.each([
    ['API_TOKEN', 'abcdef', true],
    ['API_TOKEN', 'abc', false],
    ['PWD', '/home/anna', false],
    ['XDG_TOKEN', 'abcdefgh', false],
    ['npm_config_token', 'abcdefgh', false],
    ['PLAIN', 'k3J9xQ7vB2nM5tR8', true],
    ['PLAIN', 'aaaaaaaaaaaaaaaaaaaa', false],
    ['PLAIN', 'Thequickbrownfoxjumps', false],
    ['PLAIN', '1234567890123456', false],
    ['PLAIN', 'with space k3J9xQ7vB2n', false],
    ['PLAIN', 'C:\\k3J9xQ7vB2nM5tR8', false],
  ])('%s=%s holds a secret: %s', (name, value, expected) => {
    expect(isSecretVariable(name, value)).toBe(expected);
  });
});

describe('placeholders', () => {
  test('are the same for the same secret under one key, and only then', () => {
    const other = keyedHash(new Uint8Array(32).fill(8));
    const text = '{"password":"a","token":"a","secret":"b"}';
    const [first, second, third] = [...clean(text).matchAll(/:([0-9a-f]{8})>/g)].map(
      ([, tag]) => tag,
    );
    expect(first).toBe(second);
    expect(first).not.toBe(third);
    expect(createRedact(other)(text).text).not.toBe(clean(text));
    expect(clean('{"password":"ä"}')).toBe(clean('{"password":"\\u00e4"}'));
  });

  test('stay as they are when a recording is redacted again', () => {
    const once = clean(`{"password":"a","url":"https://u:hunter-2@h","t":"ghp_${token(36)}"}`);
    expect(redact(once)).toEqual({ text: once, count: 0 });
  });

  test('that a peer made hide no more than themselves', () => {
    const text = '{"password":"<secret:env:00000000> and more","token":"<secret:x"}';
    expect(clean(text)).not.toContain('more');
    expect(clean(text)).not.toContain('<secret:x"');
  });

  test('name their key by a fingerprint that is not the key', () => {
    expect(fingerprintOfKey(new Uint8Array(32))).toMatch(/^[0-9a-f]{8}$/);
    expect(fingerprintOfKey(new Uint8Array(32))).not.toBe(
      fingerprintOfKey(new Uint8Array(32).fill(1)),
    );
  });
});

describe('hostile texts', () => {
  const size = 50_000;
  const fill = (unit: string): string => unit.repeat(Math.ceil(size / unit.length));

  test('no expression repeats what repeats', () => {
    for (const { type, shape } of SECRET_SHAPES)
      expect([type, nestedRepeat(shape.source)]).toEqual([type, false]);
    expect(nestedRepeat('(?:a+b)*')).toBe(true);
    expect(nestedRepeat('(a{2}|[b+])*c?')).toBe(false);
    expect(nestedRepeat('(?:(?:a?)b){1,9}')).toBe(true);
  });

  const units = SECRET_SHAPES.flatMap(({ hints }) =>
    hints.flatMap((hint) => [hint, `-${hint}`, `${hint}a`, ` ${hint}A1a1A1a1.`]),
  );
  test(`${units.length} of 50 kB each end`, () => {
    for (const unit of units) clean(fill(unit));
  });

  test.each([
    ['quotes', '"'],
    ['backslashes', '\\'],
    ['escaped quotes', '\\"'],
    ['colons', ':'],
    ['names without values', '"token":'],
    ['names with spaces', '"token"    :     '],
    ['lists that do not end', '"token":["a",'],
    ['nested names', '\\\\\\"token\\\\\\":\\\\\\"'],
    ['single quotes', "'token':'"],
    ['signs', '='],
    ['assignments', 'A_TOKEN='],
    ['long names', `${'a_'.repeat(99)}TOKEN=`],
    ['begins of keys', '-----BEGIN PRIVATE KEY-----'],
    ['dashes', '-----BEGIN PRIVATE KEY----'],
    ['addresses', '://a:'],
    ['addresses with passwords', '://a:bbbb'],
    ['spaces', ' '],
    ['lists', '['],
    ['pairs that do not end', ',["token","'],
    ['members called value', '"value":"'],
    ['options', '--token '],
    ['options of a list', '"--token","'],
    ['elements', '<token></token>'],
    ['names with colons', 'token: a1'],
    ['cookies', 'Cookie: a=b; '],
    ['line ends in a string', '\\n'],
    ['escapes in a name', '\\u0061":'],
  ])('50 kB of %s end', (_, unit) => {
    clean(fill(unit));
    clean(`"token":"${fill(unit)}`);
    clean(`{"text":"${fill(unit)}"}`);
  });

  test(`nothing makes it throw or grow without end (seed ${SEED})`, () => {
    const roll = dice();
    const alphabet = [
      '"',
      '\\',
      ':',
      '=',
      '[',
      ',',
      ' ',
      'token',
      'TOKEN',
      'a',
      "'",
      'sk-',
      '://',
      '@',
    ];
    for (let count = 0; count < 3000; count++) {
      const text = Array.from({ length: roll(40) }, () => alphabet[roll(alphabet.length)]).join('');
      const { text: left, count: secrets } = redact(text);
      expect(left.length).toBeLessThanOrEqual(text.length + secrets * 40);
      if (secrets === 0) expect(left).toBe(text);
    }
  });
});

/** Whether an expression repeats a group that itself repeats something a changing number of times. */
function nestedRepeat(source: string): boolean {
  const plain = source.replace(/\\./g, 'x').replace(/\[(?:[^\]])*\]/g, 'x');
  const open: boolean[] = [];
  let last = false;
  for (let at = 0; at < plain.length; at++) {
    const rest = plain.slice(at);
    if (plain[at] === '(') {
      open.push(false);
      at += /^\((?:\?(?:<?[=!]|:))?/.exec(rest)?.[0].length ?? 0;
      at--;
      continue;
    }
    if (plain[at] === ')') {
      last = open.pop() ?? false;
      continue;
    }
    const repeat = /^(?:[*+?]|\{\d+(,)?\d*\})/.exec(rest);
    const varies = repeat !== null && (rest[0] !== '{' || repeat[1] !== undefined);
    if (varies && last && rest[0] !== '?') return true;
    if (varies && open.length > 0) open.fill(true);
    if (!repeat) last = false;
    else at += repeat[0].length - 1;
  }
  return false;
}
