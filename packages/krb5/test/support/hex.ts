/** Bytes as hexadecimal digits. */

export function hex(text: string): Buffer {
  return Buffer.from(text, 'hex');
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Reads hexadecimal digits as the C programs of the tests write them: "-" is an empty string. */
export function hexField(text: string): Buffer {
  return hex(text === '-' ? '' : text);
}

/** Writes hexadecimal digits as the C programs of the tests read them: an empty string is "-". */
export function toHexField(bytes: Uint8Array): string {
  return toHex(bytes) || '-';
}
