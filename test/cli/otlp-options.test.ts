/** What a command and the environment of OpenTelemetry say of where spans go. */
import { describe, expect, test } from 'vitest';
import { type GivenOtlp, otlpOf } from '../../cli/otlp-options.ts';
import { senderEnvironment } from '../../tap/otlp/settings.ts';

const ALL = 'OTEL_EXPORTER_OTLP_ENDPOINT';
const TRACES = 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT';

/** Where spans go to, or what was said; undefined: nowhere. */
function goesTo(environment: Record<string, string>, given: GivenOtlp = {}): string | undefined {
  let said: string | undefined;
  const options = otlpOf(given, environment, (line) => {
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
    [{ [ALL]: 'http://a', OTEL_SDK_DISABLED: 'TRUE' }, { otlp: 'http://c' }, undefined],
    [{ [ALL]: 'http://a', OTEL_TRACES_EXPORTER: 'none' }, {}, undefined],
    [{ OTEL_TRACES_EXPORTER: 'none' }, { otlp: 'http://c' }, 'http://c/v1/traces'],
    [{ [ALL]: 'http://a', OTEL_TRACES_EXPORTER: 'console, otlp' }, {}, 'http://a/v1/traces'],
  ])('%j and %j: %s', (environment, given, expected) => {
    expect(goesTo(environment as Record<string, string>, given)).toBe(expected);
  });

  test('the thread that sends knows the variables of OpenTelemetry and no others', () => {
    const options = otlpOf({ otlp: 'http://c' }, { OTEL_BLRP: 'x', TOKEN: 'secret' }, () => {});
    expect(options && senderEnvironment(options)).toEqual({
      OTEL_BLRP: 'x',
      [TRACES]: 'http://c/v1/traces',
    });
  });
});

describe('what cannot be', () => {
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

  test('--otlp that is no address is wrong usage', () => {
    expect(() => goesTo({}, { otlp: 'nonsense' })).toThrow('nonsense is no address of a receiver');
  });
});
