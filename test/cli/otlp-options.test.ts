/** What a command and the environment of OpenTelemetry say of where spans go. */
import { describe, expect, test } from 'vitest';
import { exportingTo } from '../../cli/export-endpoint.ts';
import { type GivenOtlp, otlpOf } from '../../cli/otlp-options.ts';
import { forAnother, type OwnCollector } from '../../tap/otlp/own-collector.ts';
import { senderEnvironment } from '../../tap/otlp/settings.ts';
import { usable } from '../../tap/otlp/variables.ts';

const ALL = 'OTEL_EXPORTER_OTLP_ENDPOINT';
const TRACES = 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT';
const HEADERS = 'OTEL_EXPORTER_OTLP_HEADERS';
const OF_TRACES = 'OTEL_EXPORTER_OTLP_TRACES_HEADERS';

/** Where spans go to, or what was said; undefined: nowhere. */
function goesTo(
  environment: Record<string, string>,
  given: GivenOtlp = {},
  own: OwnCollector = {},
): string | undefined {
  let said: string | undefined;
  const options = otlpOf(given, environment, own, (line) => {
    said = line;
  });
  return options ? senderEnvironment(options)[TRACES] : said;
}

describe('where spans go', () => {
  test.each([
    [{ [ALL]: 'http://a:4318' }, {}, 'http://a:4318/v1/traces'],
    [{ [ALL]: 'http://a:4318/otel/' }, {}, 'http://a:4318/otel/v1/traces'],
    [{ [ALL]: 'http://a', [TRACES]: 'https://b/own' }, {}, 'https://b/own'],
    [{ [ALL]: 'http://a', [TRACES]: '' }, {}, 'http://a/v1/traces'],
    [{ [ALL]: 'http://a', [TRACES]: 'http://b' }, { otlp: 'http://c' }, 'http://c/v1/traces'],
    [{}, { otlp: 'http://c/v1/traces' }, 'http://c/v1/traces'],
    [{}, { otlp: 'otlp://c' }, 'http://c:4318/v1/traces'],
    [{}, { otlp: 'otlps://c:443/otel' }, 'https://c/otel/v1/traces'],
    [{ [ALL]: 'http://a', OTEL_SDK_DISABLED: 'TRUE' }, { otlp: 'http://c' }, undefined],
    [{ [ALL]: 'http://a', OTEL_TRACES_EXPORTER: 'none' }, {}, undefined],
    [{ OTEL_TRACES_EXPORTER: 'none' }, { otlp: 'http://c' }, 'http://c/v1/traces'],
    [{ [ALL]: 'http://a', OTEL_TRACES_EXPORTER: 'console, otlp' }, {}, 'http://a/v1/traces'],
  ])('%j and %j: %s', (environment, given, expected) => {
    expect(goesTo(environment as Record<string, string>, given)).toBe(expected);
  });

  test('the thread that sends knows the variables of OpenTelemetry and no others', () => {
    const environment = { OTEL_BLRP: 'x', TOKEN: 'secret' };
    const options = otlpOf({ otlp: 'http://c' }, environment, {}, () => {});
    expect(options && senderEnvironment(options)).toEqual({
      OTEL_BLRP: 'x',
      [TRACES]: 'http://c/v1/traces',
    });
  });
});

describe('what cannot be', () => {
  const SAID = 'and is passed over. [endpoint-refused]';
  test.each([
    [HEADERS, 'foo', `is no list of key=value, ${SAID}`],
    [OF_TRACES, 'a=%zz', `is no list of key=value, ${SAID}`],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', `is grpc, none of http/protobuf, http/json, ${SAID}`],
    ['OTEL_EXPORTER_OTLP_TRACES_COMPRESSION', 'zstd', `is zstd, none of gzip, none, ${SAID}`],
    ['OTEL_EXPORTER_OTLP_TIMEOUT', 'foo', `is foo, no number of ms, ${SAID}`],
    [
      'OTEL_EXPORTER_OTLP_CERTIFICATE',
      '/nowhere/ca.pem',
      `names a file that cannot be read (ENOENT), ${SAID}`,
    ],
  ])('%s=%s beside --otlp is told, and the rest holds', (name, value, sentence) => {
    const environment = { [name]: value, OTEL_RESOURCE_ATTRIBUTES: 'a=b' };
    const said: string[] = [];
    const options = otlpOf({ otlp: 'http://c' }, environment, {}, (line) => said.push(line));
    const settings = usable(options?.settings ?? {}, (line) => said.push(line));
    expect(settings).toEqual({ OTEL_RESOURCE_ATTRIBUTES: 'a=b' });
    expect(said).toEqual([`${name} ${sentence}`]);
  });

  test.each([
    [{ [ALL]: 'nonsense' }, 'no address of a receiver over HTTP'],
    [{ [ALL]: 'grpc://a:4317' }, 'no address of a receiver over HTTP'],
    [
      { [ALL]: 'http://a:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      'http/protobuf and http/json',
    ],
  ])('%j of an environment is told, and ends no tap', (environment, expected) => {
    expect(goesTo(environment as Record<string, string>)).toContain(expected);
  });

  test.each([
    ['nonsense', 'nonsense is no address of OTLP/HTTP.'],
    ['http://user:S3CR3T@a', 'The address of a holds a credential, which others would see.'],
  ])('--otlp %s is refused as --export is', (otlp, sentence) => {
    const refusal = expect.objectContaining({ code: 'endpoint-refused', message: sentence });
    expect(() => goesTo({}, { otlp })).toThrow(refusal);
    expect(() => exportingTo([otlp], {}, { tokens: [], port: 4320, say: () => {} })).toThrow(
      refusal,
    );
  });
});

describe('the headers of an environment', () => {
  const [both, all, traces] = [{ [HEADERS]: 'a=1', [OF_TRACES]: 'b=2' }, ['a=1'], ['b=2']];
  test.each([
    ['go to its endpoint', { [ALL]: 'http://a' }, {}, [...all, ...traces]],
    ['go to --otlp where it names none', {}, { otlp: 'http://c' }, [...all, ...traces]],
    [
      'go to --otlp of the same origin',
      { [ALL]: 'http://a/x' },
      { otlp: 'http://a/y' },
      [...all, ...traces],
    ],
    ['go nowhere else', { [ALL]: 'http://a' }, { otlp: 'http://c' }, []],
    ['go to no other port', { [ALL]: 'http://a:1' }, { otlp: 'http://a:2' }, []],
    ['go to no other scheme', { [ALL]: 'https://a' }, { otlp: 'http://a:443' }, []],
    ['go nowhere where its endpoint is none', { [ALL]: 'nonsense' }, { otlp: 'http://c' }, []],
    [
      'of traces go where traces go',
      { [ALL]: 'http://a', [TRACES]: 'http://b' },
      { otlp: 'http://a' },
      all,
    ],
  ])('%s', (_, environment, given, expected) => {
    const options = otlpOf(given, { ...both, ...(environment as object) }, {}, () => {});
    const sent = options ? senderEnvironment(options) : {};
    expect([sent[HEADERS], sent[OF_TRACES]].filter(Boolean)).toEqual(expected);
  });
});

describe('the collector of the state folder', () => {
  const token = 'tok-en_of-this-state-folder-0123456789-abcdefg';
  const own = { address: 'http://127.0.0.1:4320', token };
  const withToken = { [HEADERS]: `a=1,authorization=Bearer%20${token}` };

  test.each([
    [{ [ALL]: 'http://127.0.0.1:4320' }, own],
    [{ [ALL]: 'http://localhost:4320/' }, own],
    // It does not run yet.
    [{ [ALL]: 'http://127.0.0.1:4320', ...withToken }, { token }],
  ])('%j: nothing is sent or said', (environment, collector) => {
    expect(goesTo(environment as Record<string, string>, {}, collector)).toBeUndefined();
  });

  test.each([own, { token }])(
    'an endpoint at another port, with its token, is said to get nothing',
    (collector) => {
      const environment = { [ALL]: 'http://127.0.0.1:4321', ...withToken };
      const said = goesTo(environment, {}, collector);
      expect(said).toMatch(
        /^No spans are sent to http:\/\/127\.0\.0\.1:4321: .* token of the collector/,
      );
      expect(said).not.toContain(token);
    },
  );

  test('by --otlp it is refused', () => {
    expect(() => goesTo({}, { otlp: 'otlp://localhost:4320' }, own)).toThrow(
      expect.objectContaining({ code: 'endpoint-refused' }),
    );
  });

  test.each([
    [{ [ALL]: 'http://elsewhere:4320', ...withToken }, {}],
    [withToken, { otlp: 'http://127.0.0.1:4318' }],
    [
      { [HEADERS]: `a=1,authorization=Bearer%20${token.replace('-', '%2D')}` },
      { otlp: 'http://c' },
    ],
  ])('%j and %j: its token is not sent to others, and that is said', (environment, given) => {
    let said = '';
    const say = (line: string): void => {
      said += line;
    };
    const options = otlpOf(given, environment as Record<string, string>, own, say);
    expect(options && senderEnvironment(forAnother(options, own, say))[HEADERS]).toBe('a=1');
    expect(said).toContain('is not sent the token of the collector');
    expect(said).not.toContain(token);
  });
});
