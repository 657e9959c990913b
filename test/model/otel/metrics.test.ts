// Histograms of spans: the names, unit, buckets and attributes of the conventions, as OTLP has them.
import { expect, test } from 'vitest';
import { toMetrics } from '../../../model/otel/metrics.ts';
import { otlpMetricsJson } from '../../../model/otel/otlp-json.ts';
import { toSpans } from '../../../model/otel/to-spans.ts';
import { viewsOf } from '../../../model/view.ts';
import { client, ends, opening, server, tape, toolCall, toolText } from '../../kit/entries.ts';

const HTTP = { transport: 'http', upstream: 'https://mcp.example/mcp' } as const;

/** Two sessions of one server: a call of 10 ms exactly, one of 1.5 s that failed, one that hangs. */
function sessions(side: 'server' | 'client') {
  const entries = ['one', 'two'].flatMap((id, place) =>
    tape(
      'notes',
      [
        ...opening(),
        client(toolCall(1, 'save'), { at: 10_000, sent: 10_000 }),
        server(toolText(1, 'ok'), { at: 20_000, sent: 20_000 }),
        client(toolCall(2, 'save'), { at: 100_000, sent: 100_000 }),
        server(
          { id: 2, error: { code: -32000, message: 'full' } },
          { at: 1_600_000, sent: 1_600_000 },
        ),
        server('no message'),
        client(toolCall(3, 'hang'), { at: 2_000_000, sent: 2_000_000 }),
        ...(place === 0 ? [ends()] : []),
      ],
      { id, head: HTTP },
    ),
  );
  return viewsOf(entries).map((view) => toSpans(view, { side }));
}

const CONNECTION = {
  'mcp.protocol.version': '2025-11-25',
  'network.transport': 'tcp',
  'network.protocol.name': 'http',
};
const ADDRESS = { 'server.address': 'mcp.example', 'server.port': 443 };
const SAVE = {
  ...CONNECTION,
  'mcp.method.name': 'tools/call',
  'gen_ai.tool.name': 'save',
  'gen_ai.operation.name': 'execute_tool',
};

test.each(['server', 'client'] as const)('at the %s', (side) => {
  const [own, ...others] = toMetrics(sessions(side), side);
  expect(others).toEqual([]);
  // Never a session: each would be a series of its own.
  expect(own?.resource).toEqual({ 'service.name': 'notes', 'service.version': '1.0.0' });
  expect(own?.histograms.map(({ name }) => name).sort()).toEqual([
    `mcp.${side}.operation.duration`,
    `mcp.${side}.session.duration`,
  ]);
  const points = own?.histograms.flatMap((one) => one.points) ?? [];
  const where = side === 'client' ? ADDRESS : {};
  const saved = points.find(
    ({ attributes, count }) =>
      count === 2 && attributes['gen_ai.tool.name'] === 'save' && !attributes['error.type'],
  );
  expect(saved?.attributes).toEqual({ ...SAVE, ...where });
  expect(saved).toMatchObject({ count: 2, sum: 0.02, min: 0.01, max: 0.01 });
  // A bound belongs to the bucket below it.
  expect(saved?.buckets).toEqual([2, ...new Array(14).fill(0)]);
  const failed = points.find(({ attributes }) => attributes['error.type'] === '-32000');
  expect(failed?.attributes).toEqual({
    ...SAVE,
    ...where,
    'error.type': '-32000',
    'rpc.response.status_code': '-32000',
  });
  expect(failed?.buckets.indexOf(2)).toBe(7);
  // The call that was abandoned with its session is over, the one that is open is not.
  const hung = points.filter(({ attributes }) => attributes['gen_ai.tool.name'] === 'hang');
  expect(hung.map(({ count }) => count)).toEqual([1]);
  const ended = own?.histograms.find(({ name }) => name.includes('session'))?.points;
  expect(ended?.map(({ attributes, count }) => [attributes, count])).toEqual([
    [{ ...CONNECTION, ...where }, 1],
  ]);
});

test('says no id and no payload, whatever spans say', () => {
  const views = viewsOf(
    tape('notes', [
      ...opening(),
      client({ id: 'secret-id', method: 'resources/read', params: { uri: 'note:1' } }),
      ends(),
    ]),
  );
  const spans = views.map((view) =>
    toSpans(view, { payloads: 'genai', urlOf: (message) => `page ${message}` }),
  );
  const text = JSON.stringify(otlpMetricsJson(toMetrics(spans), '1', 'delta'));
  expect(text).toContain('resources/read');
  for (const hidden of ['secret-id', 'note:1', 'wiretape.', 'session.id', views[0]?.session.id]) {
    expect(text).not.toContain(hidden);
  }
});

test('one histogram as OTLP in JSON', () => {
  const steps = [
    client({ id: 1, method: 'ping' }, { at: 0 }),
    server({ id: 1, result: {} }, { at: 400_000_000, sent: 400_000_000 }),
  ];
  const [view] = viewsOf(tape('notes', steps));
  const metrics = toMetrics(view ? [toSpans(view)] : []);
  const wall = BigInt(Date.parse('2026-11-22T09:00:00.000Z')) * 1_000_000n;
  expect(otlpMetricsJson(metrics, '0.1.0', 'cumulative')).toEqual({
    resourceMetrics: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'notes' } }] },
        scopeMetrics: [
          {
            scope: { name: 'wiretape', version: '0.1.0' },
            schemaUrl: 'https://opentelemetry.io/schemas/gen-ai-dev/1.42.0-dev',
            metrics: [
              {
                name: 'mcp.server.operation.duration',
                unit: 's',
                histogram: {
                  aggregationTemporality: 2,
                  dataPoints: [
                    {
                      attributes: [
                        { key: 'network.transport', value: { stringValue: 'pipe' } },
                        { key: 'mcp.method.name', value: { stringValue: 'ping' } },
                      ],
                      startTimeUnixNano: String(wall),
                      timeUnixNano: String(wall + 400_000_000_000n),
                      count: '1',
                      sum: 400,
                      min: 400,
                      max: 400,
                      bucketCounts: [...new Array(14).fill('0'), '1'],
                      explicitBounds: [
                        0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300,
                      ],
                    },
                  ],
                },
              },
            ],
          },
        ],
      },
    ],
  });
});
