/** The thread of live spans (live-spans.ts): follows sessions, and sends what is over. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Resource } from '@opentelemetry/resources';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { Attributes, Span } from '../../model/otel/span.ts';
import { createExporter, limitsOfEnvironment, resourceOfEnvironment } from './exporter.ts';
import { type Followed, follow, type Means } from './followed.ts';
import type { FromThread, Setting, ToThread } from './live-spans.ts';
import { readableSpan } from './readable-span.ts';
import { createSender, type Sender } from './sender.ts';

const { version, payloads } = workerData as Setting;
const post = (message: FromThread): void => parentPort?.postMessage(message);

const exporter = await createExporter(version, (reason) => sender.retrying(reason));
const sender: Sender = createSender(exporter, (told) => post({ kind: 'told', told }));
const limits = limitsOfEnvironment();
const environment = resourceOfEnvironment();
const sessions = new Map<string, Followed>();
const resources = new Map<string, Resource>();

function resourceOf(attributes: Attributes): Resource {
  const key = JSON.stringify(attributes);
  const known = resources.get(key);
  if (known) return known;
  // What the environment says of the program that we are in does not rename the server.
  const made = environment.merge(resourceFromAttributes(textsOf(attributes)));
  if (resources.size > 1000) resources.clear();
  resources.set(key, made);
  return made;
}

function textsOf(attributes: Attributes): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, String(value)]));
}

function outgoing(span: Span, resource: Attributes) {
  const around = { resource: resourceOf(resource), limits, version };
  return { span: readableSpan(span, around), size: sizeOf(span) };
}

function sizeOf({ name, attributes, error = '' }: Span): number {
  const texts = Object.values(attributes).map((value) => String(value).length);
  return texts.reduce((sum, length) => sum + length, name.length + error.length);
}

const means: Means = {
  sender,
  payloads,
  outgoing,
  tell: (said) => post({ kind: 'confirmed', said }),
};

async function finish(id: string): Promise<void> {
  const isAll = await sessions.get(id)?.finish();
  sessions.delete(id);
  sender.over();
  post({ kind: 'finished', id, isAll: isAll ?? true });
}

parentPort?.on('message', (message: ToThread) => {
  switch (message.kind) {
    case 'follow':
      sessions.set(message.session.id, follow(message.session, means));
      return;
    case 'grown':
      return sessions.get(message.id)?.grown();
    case 'restarted':
      return sessions.get(message.id)?.restarted(message.seq);
    case 'leave':
      return void sessions.delete(message.id);
    case 'finish':
      return void finish(message.id);
  }
});
