/** Where to export to, as people write it, and what is refused before anything is sent. */
import { describe, expect, test } from 'vitest';
import { exportingTo } from '../../cli/export-endpoint.ts';

const OWN = { tokens: [], port: 4320, say: (): void => {} };

const nameOf = (address: string) => exportingTo([address], {}, OWN).endpoints[0]?.name;

describe('an address', () => {
  test.each([
    ['otlp://127.0.0.1', 'http://127.0.0.1:4318'],
    ['otlp://collector.test:9', 'http://collector.test:9'],
    ['otlp://collector.test:80', 'http://collector.test'],
    ['OTLP://[::1]', 'http://[::1]:4318'],
    ['otlps://collector.test', 'https://collector.test:4318'],
    ['otlps://collector.test:443/', 'https://collector.test'],
    ['http://127.0.0.1:6006/v1/traces', 'http://127.0.0.1:6006'],
    ['https://cloud.test/api/public/otel/', 'https://cloud.test/api/public/otel'],
    ['https://cloud.test', 'https://cloud.test'],
  ])('%s is %s', (address, name) => {
    expect(nameOf(address)).toBe(name);
  });

  test('has a path for spans and one for findings', () => {
    expect(
      exportingTo(['otlp://one', 'http://two/otel', 'otlp://one:4318'], {}, OWN).endpoints,
    ).toEqual([
      {
        name: 'http://one:4318',
        traces: 'http://one:4318/v1/traces',
        logs: 'http://one:4318/v1/logs',
        headers: {},
      },
      {
        name: 'http://two/otel',
        traces: 'http://two/otel/v1/traces',
        logs: 'http://two/otel/v1/logs',
        headers: {},
      },
    ]);
  });

  test.each([
    'collector:4318',
    'ftp://collector',
    'otlp://',
    'otlp://user:S3CR3T@collector',
    'https://S3CR3T@collector/otel',
    'https://collector/otel?key=S3CR3T',
    'otlp://collector#S3CR3T',
    'otlp://us er:S3CR3T@',
  ])('%s is refused, and no secret repeated', (address) => {
    try {
      exportingTo([address], {}, OWN);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: 'endpoint-refused' });
      expect((error as Error).message).not.toContain('S3CR3T');
    }
  });
});

test.each(['otlp://127.0.0.1:4320', 'http://localhost:4320/v1/traces', 'otlp://[::1]:4320'])(
  '%s is the collector itself, and refused',
  (address) => {
    expect(() => exportingTo([address], {}, OWN)).toThrow(
      expect.objectContaining({ code: 'endpoint-refused' }),
    );
    expect(exportingTo([address], {}, { ...OWN, port: 4321 }).endpoints).toHaveLength(1);
  },
);

describe('the environment', () => {
  /** What is said of it. */
  const saidOf = (environment: Record<string, string>): string[] => {
    const lines: string[] = [];
    const say = (line: string): void => void lines.push(line);
    exportingTo(['otlp://127.0.0.1'], environment, { ...OWN, say });
    return lines;
  };

  test.each([
    [
      { OTEL_EXPORTER_OTLP_COMPRESSION: 'zstd' },
      'OTEL_EXPORTER_OTLP_COMPRESSION is zstd, none of gzip, none, and is passed over.',
    ],
    [
      { OTEL_EXPORTER_OTLP_TIMEOUT: 'foo' },
      'OTEL_EXPORTER_OTLP_TIMEOUT is foo, no number of ms, and is passed over.',
    ],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://other:4318', OTEL_EXPORTER_OTLP_HEADERS: 'a=S3CR3T' },
      'http://127.0.0.1:4318 is not sent OTEL_EXPORTER_OTLP_HEADERS, which are for http://other:4318.',
    ],
  ])('%j: what is passed over is said', (environment, sentence) => {
    const said = saidOf(environment as unknown as Record<string, string>);
    expect(said).toEqual([expect.stringContaining(sentence)]);
    expect(said.join()).not.toContain('S3CR3T');
  });

  test('says whether requests are packed', () => {
    const to = (OTEL_EXPORTER_OTLP_COMPRESSION: string) =>
      exportingTo(['otlp://one'], { OTEL_EXPORTER_OTLP_COMPRESSION }, OWN).endpoints[0]
        ?.compression;
    expect([to('none'), to('gzip'), to('')]).toEqual(['none', undefined, undefined]);
  });

  test('has headers, percent-encoded, and the patience', () => {
    const environment = {
      OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=Basic%20abc%3D, x-scope = one%2Ctwo,',
      OTEL_EXPORTER_OTLP_TIMEOUT: '2500',
    };
    const { endpoints, patience } = exportingTo(['otlp://one'], environment, OWN);
    expect(endpoints[0]?.headers).toEqual({ authorization: 'Basic abc=', 'x-scope': 'one,two' });
    expect(patience).toEqual({ answer: 2500 });
  });

  const HEADERS = { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20S3CR3T' };
  const headersOf = (addresses: readonly string[], environment: Record<string, string>) =>
    exportingTo(addresses, { ...HEADERS, ...environment }, OWN).endpoints.map((one) => one.headers);

  test('that names an endpoint gives its headers to that origin alone', () => {
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };
    const addresses = [
      'otlp://localhost',
      'http://127.0.0.1:4318/otel',
      'otlp://other',
      'otlp://localhost:9',
    ];
    const headers = { authorization: 'Bearer S3CR3T' };
    expect(headersOf(addresses, environment)).toEqual([headers, headers, {}, {}]);
    expect(headersOf(['otlp://other'], environment)).toEqual([{}]);
  });

  test('that names none gives them to the one endpoint there is, and to none of several', () => {
    expect(headersOf(['otlp://one', 'otlp://one'], {})).toEqual([
      { authorization: 'Bearer S3CR3T' },
    ]);
    expect(() => headersOf(['otlp://one', 'otlp://two'], {})).toThrow(
      'Nobody can tell which of several endpoints OTEL_EXPORTER_OTLP_HEADERS are for.',
    );
    expect(() => headersOf(['otlp://one'], { OTEL_EXPORTER_OTLP_ENDPOINT: 'elsewhere' })).toThrow(
      'OTEL_EXPORTER_OTLP_ENDPOINT is no address',
    );
  });

  test('that holds a token of the collector gives it to nobody', () => {
    const to = (environment: Record<string, string>) =>
      exportingTo(
        ['otlp://one'],
        { ...HEADERS, ...environment },
        { ...OWN, tokens: ['other', 'S3CR3T'] },
      );
    expect(() => to({})).toThrow(
      'OTEL_EXPORTER_OTLP_HEADERS hold a token of this collector, which is not for http://one:4318.',
    );
    const { endpoints } = to({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4320' });
    expect(endpoints[0]?.headers).toEqual({});
  });

  test.each(['no pair', '=x', 'a b=c', 'a=%zz', 'a=b%0d%0aevil: 1'])('%s is refused', (headers) => {
    const environment = { OTEL_EXPORTER_OTLP_HEADERS: headers };
    expect(() => exportingTo(['otlp://one'], environment, OWN)).toThrow('no list of key=value');
  });
});
