/** Writes DER elements, the last one first. */

/**
 * The bytes of an encoding's end. Whoever writes the content of an element before its header knows the
 * length when the header needs it.
 */
export interface Writer {
  /** The written bytes are the last `length` of these. */
  bytes: Uint8Array;
  length: number;
}

const SHORT_FORM_MAX = 0x7f;
const LONG_FORM = 0x80;

/** Makes a writer that holds nothing yet, with room for `size` bytes; it grows when it needs more. */
export function createWriter(size: number): Writer {
  return { bytes: new Uint8Array(size), length: 0 };
}

/** Returns a copy of the written bytes. */
export function written(writer: Writer): Uint8Array {
  return writer.bytes.slice(writer.bytes.length - writer.length);
}

/** Returns the offset of `count` new bytes before the written ones. */
function makeRoom(writer: Writer, count: number): number {
  const length = writer.length + count;
  if (length > writer.bytes.length) {
    const bytes = new Uint8Array(2 * length);
    bytes.set(
      writer.bytes.subarray(writer.bytes.length - writer.length),
      bytes.length - writer.length,
    );
    writer.bytes = bytes;
  }
  writer.length = length;
  return writer.bytes.length - length;
}

/** Puts bytes before the written ones. */
export function prepend(writer: Writer, bytes: Uint8Array): void {
  const offset = makeRoom(writer, bytes.length);
  writer.bytes.set(bytes, offset);
}

/** Puts an element's header before its content, which is the first `contentLength` written bytes. */
export function prependHeader(writer: Writer, tag: number, contentLength: number): void {
  if (contentLength <= SHORT_FORM_MAX) {
    const offset = makeRoom(writer, 2);
    writer.bytes[offset] = tag;
    writer.bytes[offset + 1] = contentLength;
    return;
  }
  let octets = 0;
  for (let rest = contentLength; rest > 0; rest = Math.floor(rest / 256)) {
    writer.bytes[makeRoom(writer, 1)] = rest % 256;
    octets += 1;
  }
  const offset = makeRoom(writer, 2);
  writer.bytes[offset] = tag;
  writer.bytes[offset + 1] = LONG_FORM + octets;
}

/** Puts a primitive element before the written bytes. */
export function prependElement(writer: Writer, tag: number, content: Uint8Array): void {
  prepend(writer, content);
  prependHeader(writer, tag, content.length);
}

/**
 * Puts an element before the written bytes, whose content `writeContent` writes, the content's last
 * element first.
 */
export function prependConstructed(writer: Writer, tag: number, writeContent: () => void): void {
  const before = writer.length;
  writeContent();
  prependHeader(writer, tag, writer.length - before);
}
