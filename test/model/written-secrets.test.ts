// A name and its secret in texts that are no JSON: configurations, commands, headers, programs, and pairs. Each is
// shown in a text of its own (a line of standard error), in the text of a result, and in JSON that lies in one.

import { describe, expect, test } from 'vitest';
import { keyedHash } from '../../model/keyed-hash.ts';
import { createRedact } from '../../model/redaction.ts';
import { isSecretName } from '../../model/secret-names.ts';

const redact = createRedact(keyedHash(new Uint8Array(32).fill(7)));
const SECRET = 'hunterTwo22';

/** The text as a line of standard error, as the text of a result, and as that in JSON in a text. */
function asWritten(text: string): string[] {
  const result = JSON.stringify({ content: [{ type: 'text', text }] });
  return [text, result, JSON.stringify({ content: [{ type: 'text', text: result }] })];
}

describe('a secret goes', () => {
  test.each([
    `run --token ${SECRET} now`,
    `run --api-key '${SECRET}'`,
    `X-Api-Key: ${SECRET}`,
    `GET / HTTP/1.1\r\nX-Api-Key: ${SECRET}\r\nHost: a`,
    `Cookie: sid=${SECRET}`,
    `Cookie: theme=dark; sid=${SECRET}; other=1`,
    `Set-Cookie: sid=${SECRET}; Path=/; HttpOnly`,
    `Authorization: ${SECRET}`,
    `Authorization: Token ${SECRET}`,
    `authorization: token ${SECRET} was refused`,
    `Proxy-Authorization: Basic ${SECRET}`,
    `curl -H "X-Api-Key: ${SECRET}" https://a.example`,
    `curl -H 'Authorization: Token ${SECRET}' https://a.example`,
    `curl -u bob:${SECRET} https://a.example`,
    `a=1\npassword=${SECRET}\nb=2`,
    `password = "${SECRET}"`,
    `password = '${SECRET}'`,
    `db:\n  password: ${SECRET}\n  port: 1`,
    `password: "${SECRET}"`,
    `password: ${SECRET}$x&y`,
    `password: x,y$${SECRET}\nport: 1`,
    `{ user: 'a', password: '${SECRET}' }`,
    `connect(user="a", password="${SECRET}")`,
    `token := "${SECRET}"`,
    `os.environ["API_KEY"] = "${SECRET}"`,
    `API_KEY = "${SECRET}"`,
    `Server=x;User=a;Password=${SECRET};`,
    `login failed, token: ${SECRET} is not known`,
    `https://x.example/#access_token=${SECRET}`,
    `https://x.example/?a=1&amp;access_token=${SECRET}`,
    `<password>${SECRET}</password>`,
    `<db><password>${SECRET}</password></db>`,
  ])('out of %j', (text) => {
    for (const written of asWritten(text)) {
      const { text: left, count } = redact(written);
      expect(left).not.toContain(SECRET);
      expect(count).toBe(1);
      expect(redact(left)).toEqual({ text: left, count: 0 });
      if (written !== text) expect(() => JSON.parse(left)).not.toThrow();
    }
  });

  test.each([
    { args: ['--token', SECRET] },
    { args: ['-y', 'a', '--api-key', SECRET, '--port', '1'] },
    { headers: [['Authorization', `Token ${SECRET}`]] },
    {
      headers: [
        ['Accept', '*/*'],
        ['X-Api-Key', SECRET],
      ],
    },
    { headers: [{ name: 'X-Api-Key', value: SECRET }] },
    { headers: [{ value: SECRET, name: 'X-Api-Key' }] },
    { env: [{ key: 'DB_PASSWORD', value: SECRET, type: 'text' }] },
    { password: { value: SECRET } },
    { url: `https://x.example/?a=1&access_token=${SECRET}` },
  ])('out of %j', (value) => {
    const text = JSON.stringify(value);
    const inGo = text.replaceAll('&', '\\u0026');
    const spread = asWritten(JSON.stringify(value, null, 2));
    for (const written of [...asWritten(text), inGo, ...spread]) {
      const { text: left, count } = redact(written);
      expect(left).not.toContain(SECRET);
      expect(count).toBe(1);
      expect(() => JSON.parse(left)).not.toThrow();
    }
  });
});

describe('what is none stays', () => {
  test.each([
    'password: required',
    'password: string;',
    'The password: 12-character minimum, please',
    'token = next token',
    'token = next_token',
    'token: tokens[3]',
    'const token = parse(text1);',
    'password: process.env.PASSWORD1',
    'password: config.db2.password',
    'private_key: /etc/ssl/key1.pem',
    'Authorization: Bearer <token>',
    'Authorization: see RFC7235 for more',
    'Cookie: none',
    'use --token to name it',
    'use --token <token> or --password PASSWORD',
    'if (token === other1) return',
    'token: 128000',
    'docker run -u 1000:1000 image',
    '<password></password>',
    '"required":["token","password1"]',
    '{"name":"password","description":"see page22","value":12}',
    '{"value":"abcdefg1","name":"title"}',
    '{"token":{"type":"string","default":"abc12345"}}',
    '[["token","password"]]',
    '{"args":["--token","--verbose"]}',
  ])('%j', (text) => {
    for (const written of asWritten(text))
      expect(redact(written)).toEqual({ text: written, count: 0 });
  });
});

test('names are those of secrets, and those that come near are not', () => {
  const secret =
    'OPENAI_KEY GITHUB_PAT AWS_CREDS bearer sessionid connectionString otp pat pass master_key PGPASSWORD smtpPass'.split(
      ' ',
    );
  const plain =
    'auth pin sessionId session_id code key linear_key userKey lowPass string path'.split(' ');
  expect(secret.filter((name) => !isSecretName(name))).toEqual([]);
  expect(plain.filter(isSecretName)).toEqual([]);
});
