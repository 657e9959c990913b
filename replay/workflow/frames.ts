/**
 * What a stand-in process and its gate send each other: one byte that says what it is, four for the
 * length (big endian), then as many bytes. So nothing that a client says can be taken for ours.
 */
const KINDS = ['hello', 'bytes', 'written', 'end', 'refused'] as const;

/**
 * hello: the name of the server that is wanted. bytes: of the client, or for it. written: the oldest
 * of these are on their way to it. end: the recorded server, or its client, has closed its side; of a
 * server that ended by itself its code and signal as JSON. refused: why nobody speaks here.
 */
export type FrameKind = (typeof KINDS)[number];

export interface Frame {
  readonly kind: FrameKind;
  readonly bytes: Buffer;
}

const HEAD = 5;

export function encodeFrame(kind: FrameKind, bytes: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(HEAD);
  head[0] = KINDS.indexOf(kind);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

/** Takes chunks of any size; `undefined` once something came that is no frame, or one above the limit. */
export function createFrames(limit: number): (chunk: Buffer) => Frame[] | undefined {
  let parts: Buffer[] = [];
  let length = 0;
  let wanted = HEAD;
  let isBroken = false;

  /** One frame of what has come; `more` when it is not whole yet. */
  const next = (): Frame | 'more' | 'broken' => {
    if (length < wanted) return 'more';
    const [first] = parts;
    const all = first && parts.length === 1 ? first : Buffer.concat(parts);
    const kind = KINDS[all[0] ?? -1];
    const size = all.readUInt32BE(1);
    if (kind === undefined || size > limit) return 'broken';
    parts = [all];
    wanted = HEAD + size;
    if (length < wanted) return 'more';
    parts = [all.subarray(wanted)];
    length -= wanted;
    const bytes = all.subarray(HEAD, wanted);
    wanted = HEAD;
    return { kind, bytes };
  };

  return (chunk) => {
    if (isBroken) return undefined;
    parts.push(chunk);
    length += chunk.length;
    const frames: Frame[] = [];
    for (let frame = next(); frame !== 'more'; frame = next()) {
      isBroken = frame === 'broken';
      if (frame === 'broken') return undefined;
      frames.push(frame);
    }
    return frames;
  };
}
