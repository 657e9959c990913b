/** Random requests, each in the JSON form and in protobuf. */
import { bytes, double, fixed64, type Pen, text, whole } from './writing.ts';

type Json = { readonly [key: string]: unknown };

/** One message in both forms. */
export interface Twin {
  readonly json: Json;
  readonly protobuf: Buffer;
}

const TEXTS = [
  '',
  'a',
  'execute_tool',
  'Grüße',
  '日本語',
  '😀',
  'x'.repeat(70),
  '\u0000"\\\n',
  '__proto__',
  'constructor',
  '0',
];
const INTEGERS = [
  0n,
  1n,
  -1n,
  2n ** 31n,
  -(2n ** 31n),
  2n ** 53n - 1n,
  2n ** 53n + 1n,
  -(2n ** 63n),
  2n ** 63n - 1n,
  300n,
];
const DOUBLES = [
  0,
  1.5,
  -2.25,
  1e300,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
];

const pick = <T>({ roll }: Pen, all: readonly T[]): T => all[roll(all.length)] as T;
const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

type Value = (pen: Pen, depth: number) => Twin;

const VALUES: readonly Value[] = [
  () => ({ json: {}, protobuf: Buffer.alloc(0) }),
  (pen) => {
    const said = pick(pen, TEXTS);
    return { json: { stringValue: said }, protobuf: pen.message([text(1, said)]) };
  },
  ({ roll, message }) => {
    const said = roll(2) === 1;
    return { json: { boolValue: said }, protobuf: message([whole(2, said ? 1 : 0)]) };
  },
  (pen) => {
    const said = pick(pen, INTEGERS);
    // Numbers in JSON may be of either kind, as long as a number can hold them.
    const isNumber = Number.isSafeInteger(Number(said)) && pen.roll(2) === 0;
    const intValue = isNumber ? Number(said) : String(said);
    return { json: { intValue }, protobuf: pen.message([whole(3, said)]) };
  },
  (pen) => {
    const said = pick(pen, DOUBLES);
    const doubleValue = Number.isFinite(said) ? said : String(said);
    return { json: { doubleValue }, protobuf: pen.message([double(4, said)]) };
  },
  (pen, depth) => {
    const values = times(depth > 0 ? pen.roll(4) : 0, () => value(pen, depth - 1));
    const list = pen.message(values.map(({ protobuf }) => bytes(1, protobuf)));
    return {
      json: { arrayValue: { values: values.map(({ json }) => json) } },
      protobuf: pen.message([bytes(5, list)]),
    };
  },
  (pen, depth) => {
    const members = keyValues(pen, depth > 0 ? pen.roll(4) : 0, depth - 1);
    const list = pen.message(members.map(({ protobuf }) => bytes(1, protobuf)));
    return {
      json: { kvlistValue: { values: members.map(({ json }) => json) } },
      protobuf: pen.message([bytes(6, list)]),
    };
  },
  ({ roll, message }) => {
    const said = Buffer.from(times(roll(6), () => roll(256)));
    return { json: { bytesValue: said.toString('base64') }, protobuf: message([bytes(7, said)]) };
  },
];

function value(pen: Pen, depth = 3): Twin {
  return pick(pen, VALUES)(pen, depth);
}

/** Of equal names readers may take either, so that names are their own here. */
function keyValues(pen: Pen, count: number, depth = 3): Twin[] {
  return times(count, () => value(pen, depth)).map((one, index) => {
    const key = index === 0 ? pick(pen, TEXTS) : `key ${index}`;
    return {
      json: { key, value: one.json },
      protobuf: pen.message([text(1, key), bytes(2, one.protobuf)]),
    };
  });
}

const listed = (number: number, twins: readonly Twin[]): Buffer[] =>
  twins.map(({ protobuf }) => bytes(number, protobuf));
const jsons = (twins: readonly Twin[]): Json[] => twins.map(({ json }) => json);

export const id = ({ roll }: Pen, length: number): Buffer =>
  Buffer.from(times(length, () => 1 + roll(255)));

/** Upper or lower case, as the JSON form allows. */
function hex({ roll }: Pen, one: Buffer): string {
  return roll(2) === 0 ? one.toString('hex') : one.toString('hex').toUpperCase();
}

const TIMES = [0n, 1_790_000_000_000_000_123n, 2n ** 64n - 1n];

function event(pen: Pen): Twin {
  const [time, name, attributes] = [
    pick(pen, TIMES),
    pick(pen, TEXTS),
    keyValues(pen, pen.roll(3)),
  ];
  return {
    json: { timeUnixNano: String(time), name, attributes: jsons(attributes) },
    protobuf: pen.message([fixed64(1, time), text(2, name), ...listed(3, attributes), whole(4, 2)]),
  };
}

function link(pen: Pen): Twin {
  const [traceId, spanId, attributes] = [id(pen, 16), id(pen, 8), keyValues(pen, pen.roll(3))];
  return {
    json: { traceId: hex(pen, traceId), spanId: hex(pen, spanId), attributes: jsons(attributes) },
    protobuf: pen.message([
      bytes(1, traceId),
      bytes(2, spanId),
      text(3, 'a=b'),
      ...listed(4, attributes),
    ]),
  };
}

export function span(pen: Pen): Twin {
  const { roll } = pen;
  const [traceId, spanId] = [id(pen, 16), id(pen, 8)];
  const parent = roll(2) === 0 ? id(pen, 8) : undefined;
  const [name, state, said] = [pick(pen, TEXTS), pick(pen, TEXTS), pick(pen, TEXTS)];
  const [start, end, kind, code] = [pick(pen, TIMES), pick(pen, TIMES), roll(8), roll(4)];
  const attributes = keyValues(pen, roll(6));
  const [events, links] = [times(roll(3), () => event(pen)), times(roll(3), () => link(pen))];
  return {
    json: {
      traceId: hex(pen, traceId),
      spanId: hex(pen, spanId),
      ...(parent ? { parentSpanId: hex(pen, parent) } : {}),
      traceState: state,
      name,
      kind,
      startTimeUnixNano: String(start),
      endTimeUnixNano: String(end),
      attributes: jsons(attributes),
      events: jsons(events),
      links: jsons(links),
      status: { code, message: said },
      flags: 257,
      thatNobodyKnows: [{ deep: {} }],
    },
    protobuf: pen.message([
      bytes(1, traceId),
      bytes(2, spanId),
      text(3, state),
      ...(parent ? [bytes(4, parent)] : []),
      text(5, name),
      whole(6, kind),
      fixed64(7, start),
      fixed64(8, end),
      ...listed(9, attributes),
      ...listed(11, events),
      ...listed(13, links),
      bytes(15, pen.message([text(2, said), whole(3, code)])),
    ]),
  };
}

export function record(pen: Pen): Twin {
  const { roll } = pen;
  const [time, observed, severity] = [pick(pen, TIMES), pick(pen, TIMES), roll(25)];
  const [level, name, body] = [pick(pen, TEXTS), pick(pen, TEXTS), value(pen)];
  const attributes = keyValues(pen, roll(4));
  const ids = { traceId: id(pen, 16), spanId: id(pen, 8) };
  return {
    json: {
      timeUnixNano: String(time),
      observedTimeUnixNano: String(observed),
      severityNumber: severity,
      severityText: level,
      body: body.json,
      attributes: jsons(attributes),
      traceId: hex(pen, ids.traceId),
      spanId: hex(pen, ids.spanId),
      eventName: name,
    },
    protobuf: pen.message([
      fixed64(1, time),
      whole(2, severity),
      text(3, level),
      bytes(5, body.protobuf),
      ...listed(6, attributes),
      bytes(9, ids.traceId),
      bytes(10, ids.spanId),
      fixed64(11, observed),
      text(12, name),
    ]),
  };
}

/** What the messages around items are called in the JSON form; their numbers are the same. */
const AROUND = {
  spans: ['resourceSpans', 'scopeSpans'],
  logRecords: ['resourceLogs', 'scopeLogs'],
} as const;

export function request(pen: Pen, items: keyof typeof AROUND): Twin {
  const [ofResource, ofScope] = AROUND[items];
  const all = times(1 + pen.roll(3), () => {
    const resource = keyValues(pen, pen.roll(3));
    const scopes = times(pen.roll(3), () => {
      const name = pick(pen, TEXTS);
      const inside = times(pen.roll(4), () => (items === 'spans' ? span(pen) : record(pen)));
      const scope = pen.message([text(1, name), text(2, '1.0.0')]);
      return {
        json: { scope: { name, version: '1.0.0' }, [items]: jsons(inside), schemaUrl: 'https://x' },
        protobuf: pen.message([bytes(1, scope), ...listed(2, inside), text(3, 'https://x')]),
      };
    });
    return {
      json: { resource: { attributes: jsons(resource) }, [ofScope]: jsons(scopes) },
      protobuf: pen.message([bytes(1, pen.message(listed(1, resource))), ...listed(2, scopes)]),
    };
  });
  return { json: { [ofResource]: jsons(all) }, protobuf: pen.message(listed(1, all)) };
}
