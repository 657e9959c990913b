/** Bytes as text and back, without ever changing a byte: what is not valid UTF-8 becomes base64. */

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** The text of the bytes, or undefined when they are not valid UTF-8. A byte order mark is kept. */
export function utf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

/** The text of the bytes; what is not UTF-8 in it becomes U+FFFD. */
export function readable(bytes: Uint8Array): string {
  return lenient.decode(bytes);
}

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** One character a byte, so that text rules can read bytes which are not UTF-8. */
export function latin1(bytes: Uint8Array): string {
  // More arguments than this overflow the stack of some engines.
  const most = 8192;
  let text = '';
  for (let at = 0; at < bytes.length; at += most) {
    text += String.fromCharCode(...bytes.subarray(at, at + most));
  }
  return text;
}

export function fromLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}
