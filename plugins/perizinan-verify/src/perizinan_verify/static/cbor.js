/* Reads the CBOR (RFC 8949) of QR codes and status lists, and nothing else of it. */

const MAX_DEPTH = 8;

/** What cannot be read. */
export class CborError extends Error {}

const refuse = (message) => new CborError(message);

/**
 * Reads one item: whole numbers, bytes, text, arrays, null, and maps with whole numbers from 0 to
 * `largestKey`, in order and each once. Only the shortest form of a number, as in deterministic CBOR.
 */
export class CborReader {
  constructor(bytes, { largestKey = 23, textKeys = false } = {}) {
    this.bytes = bytes;
    this.place = 0;
    this.largestKey = largestKey;
    this.textKeys = textKeys;
  }

  static all(bytes, options) {
    const reader = new CborReader(bytes, options);
    const value = reader.item(0);
    if (reader.place !== bytes.length) throw refuse("bytes left over");
    return value;
  }

  take(count) {
    const end = this.place + count;
    if (end > this.bytes.length) throw refuse("cut off");
    const part = this.bytes.subarray(this.place, end);
    this.place = end;
    return part;
  }

  /** Return the number in or behind the first byte. */
  argument(low) {
    if (low < 24) return low;
    const width = [1, 2, 4, 8][low - 24];
    if (width === undefined) throw refuse("no definite length");
    let value = 0;
    for (const byte of this.take(width)) value = value * 256 + byte;
    const least = [24, 0x100, 0x10000, 0x100000000][low - 24];
    if (value < least || value > Number.MAX_SAFE_INTEGER) throw refuse("not the shortest form");
    return value;
  }

  item(depth) {
    if (depth > MAX_DEPTH) throw refuse("too deep");
    const [first] = this.take(1);
    const major = first >> 5;
    if (first === 0xf6) return null;
    if (major > 5) throw refuse("a kind of value that permits never have");
    const count = this.argument(first & 31);
    if (major === 0) return count;
    if (major === 1) return -1 - count;
    if (major === 2) return this.take(count).slice();
    if (major === 3) return this.text(count);
    if (count > this.bytes.length) throw refuse("cut off");
    return major === 4 ? this.array(count, depth) : this.map(count, depth);
  }

  text(count) {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.take(count));
    } catch (error) {
      if (error instanceof CborError) throw error;
      throw refuse("no text");
    }
  }

  array(count, depth) {
    return Array.from({ length: count }, () => this.item(depth + 1));
  }

  map(count, depth) {
    const found = new Map();
    let before = -1;
    for (let index = 0; index < count; index += 1) {
      const key = this.item(depth + 1);
      if (this.textKeys && typeof key === "string") {
        if (found.has(key)) throw refuse("a key twice");
      } else {
        if (!Number.isInteger(key) || key <= before || key > this.largestKey) throw refuse("keys out of order");
        before = key;
      }
      found.set(key, this.item(depth + 1));
    }
    return found;
  }
}

/** Whether `value` is a map with just these keys. */
export const isMapOf = (value, keys) =>
  value instanceof Map && value.size === keys.length && keys.every((key) => value.has(key));

function head(major, count) {
  if (count < 24) return [(major << 5) | count];
  if (count < 0x100) return [(major << 5) | 24, count];
  if (count < 0x10000) return [(major << 5) | 25, count >> 8, count & 0xff];
  return [(major << 5) | 26, (count >> 24) & 0xff, (count >> 16) & 0xff, (count >> 8) & 0xff, count & 0xff];
}

/** Return the Sig_structure of RFC 9052 section 4.4: what a COSE_Sign1 covers. */
export function signedBytes(protectedPart, payload, aad = "") {
  const encoder = new TextEncoder();
  const parts = [[0x84]];
  for (const [major, bytes] of [
    [3, encoder.encode("Signature1")],
    [2, protectedPart],
    [2, encoder.encode(aad)],
    [2, payload],
  ]) {
    parts.push(head(major, bytes.length), bytes);
  }
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}
