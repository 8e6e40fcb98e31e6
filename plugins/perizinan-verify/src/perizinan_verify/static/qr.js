/*
 * Reads and checks the QR claims of a permit in the browser, so that nothing leaves the device.
 *
 * The same rules as perizinan_core.verification.qr: "…#1" and base32 of a COSE_Sign1 (RFC 9052) whose
 * parts are CBOR in deterministic form (RFC 8949 section 4.2). Tested against that module's own codes.
 */

const VERSION = "1";
const MAX_TEXT = 2048;
const MAX_DEPTH = 8;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const AAD = "perizinan-qr-1";
const DAY = 86_400_000;
const DAY_ZERO = Date.UTC(2020, 0, 1);
const LONGEST_SPAN = 200 * 366;
const ALGORITHMS = new Map([[-7, "ES256"], [-8, "EdDSA"]]);

/** Anything that is no code of ours; `kind` is "unreadable", "stranger", "forged" or "unsupported". */
export class QrError extends Error {
  constructor(kind, message) {
    super(message);
    this.kind = kind;
  }
}

const unreadable = (message) => new QrError("unreadable", message);

/** Return the bytes of base32 without padding (RFC 4648); small letters are welcome, left-over bits are not. */
export function fromBase32(text) {
  const bytes = [];
  let bits = 0;
  let held = 0;
  for (const letter of text.toUpperCase()) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) throw unreadable("not base32");
    held = (held << 5) | value;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >> bits) & 0xff);
      held &= (1 << bits) - 1;
    }
  }
  if (held !== 0 || bits >= 5) throw unreadable("bits left over");
  return Uint8Array.from(bytes);
}

/** Reads one CBOR item: whole numbers, bytes, text, arrays, maps with whole numbers as keys, and null. */
class CborReader {
  constructor(bytes) {
    this.bytes = bytes;
    this.place = 0;
  }

  static all(bytes) {
    const reader = new CborReader(bytes);
    const value = reader.item(0);
    if (reader.place !== bytes.length) throw unreadable("bytes left over");
    return value;
  }

  take(count) {
    const end = this.place + count;
    if (end > this.bytes.length) throw unreadable("cut off");
    const part = this.bytes.subarray(this.place, end);
    this.place = end;
    return part;
  }

  /** Return the number in or behind the first byte; only the shortest form is deterministic. */
  argument(low) {
    if (low < 24) return low;
    const width = [1, 2, 4, 8][low - 24];
    if (width === undefined) throw unreadable("no definite length");
    let value = 0;
    for (const byte of this.take(width)) value = value * 256 + byte;
    const least = [24, 0x100, 0x10000, 0x100000000][low - 24];
    if (value < least || value > Number.MAX_SAFE_INTEGER) throw unreadable("not the shortest form");
    return value;
  }

  item(depth) {
    if (depth > MAX_DEPTH) throw unreadable("too deep");
    const [first] = this.take(1);
    const major = first >> 5;
    if (first === 0xf6) return null;
    if (major > 5) throw unreadable("a kind of value that permits never have");
    const count = this.argument(first & 31);
    if (major === 0) return count;
    if (major === 1) return -1 - count;
    if (major === 2) return this.take(count).slice();
    if (major === 3) return this.text(count);
    if (count > this.bytes.length) throw unreadable("cut off");
    return major === 4 ? this.array(count, depth) : this.map(count, depth);
  }

  text(count) {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.take(count));
    } catch {
      throw unreadable("no text");
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
      // Keys of ours are whole numbers from 0 to 23; in order, and each once.
      if (!Number.isInteger(key) || key <= before || key > 23) throw unreadable("keys out of order");
      before = key;
      found.set(key, this.item(depth + 1));
    }
    return found;
  }
}

function cborHead(major, count) {
  if (count < 24) return [(major << 5) | count];
  if (count < 0x100) return [(major << 5) | 24, count];
  return [(major << 5) | 25, count >> 8, count & 0xff];
}

/** Return the Sig_structure of RFC 9052 section 4.4: what the signature covers. */
function signedBytes(protectedPart, payload) {
  const encoder = new TextEncoder();
  const parts = [[0x84]];
  for (const [major, bytes] of [
    [3, encoder.encode("Signature1")],
    [2, protectedPart],
    [2, encoder.encode(AAD)],
    [2, payload],
  ]) {
    parts.push(cborHead(major, bytes.length), bytes);
  }
  return Uint8Array.from(parts.flatMap((part) => Array.from(part)));
}

const isMapOf = (value, keys) =>
  value instanceof Map && value.size === keys.length && keys.every((key) => value.has(key));

const isoDay = (days) => new Date(DAY_ZERO + days * DAY).toISOString().slice(0, 10);

function readClaims(data) {
  if (!isMapOf(data, [1, 2, 3, 4, 5, 6])) throw unreadable("other claims");
  const texts = [1, 2, 3, 4].map((key) => data.get(key));
  const dates = data.get(5);
  const index = data.get(6);
  if (!texts.every((item) => typeof item === "string")) throw unreadable("other claims");
  if (!Array.isArray(dates) || dates.length !== 3) throw unreadable("other dates");
  const [issued, begins, lasts] = dates;
  const days = [issued, begins, lasts ?? 0];
  const whole = days.every((item) => Number.isInteger(item) && Math.abs(item) <= LONGEST_SPAN);
  if (!whole || !Number.isInteger(index) || index < 0) throw unreadable("other numbers");
  return {
    number: texts[0],
    permitType: texts[1],
    holder: texts[2],
    object: texts[3],
    issuedOn: isoDay(issued),
    validFrom: isoDay(issued + begins),
    validUntil: lasts === null ? null : isoDay(issued + begins + lasts),
    statusIndex: index,
  };
}

/** Read the text of a code without judging its signature; throws QrError "unreadable". */
export function decodeQrText(text) {
  const trimmed = text.trim();
  const mark = trimmed.indexOf("#");
  if (mark < 0 || text.length > MAX_TEXT) throw unreadable("no claims");
  const fragment = trimmed.slice(mark + 1);
  if (!fragment.startsWith(VERSION)) throw unreadable("an unknown version");
  const cose = CborReader.all(fromBase32(fragment.slice(1)));
  if (!Array.isArray(cose) || cose.length !== 4) throw unreadable("no COSE_Sign1");
  const [protectedPart, unprotected, payload, signature] = cose;
  const bytes = [protectedPart, payload, signature].every((item) => item instanceof Uint8Array);
  if (!bytes || !isMapOf(unprotected, []) || signature.length !== 64) throw unreadable("no COSE_Sign1");
  const header = CborReader.all(protectedPart);
  if (!isMapOf(header, [1, 4])) throw unreadable("other headers");
  const algorithm = ALGORITHMS.get(header.get(1));
  const kid = header.get(4);
  if (algorithm === undefined || !(kid instanceof Uint8Array)) throw unreadable("other headers");
  return {
    claims: readClaims(CborReader.all(payload)),
    kid: Array.from(kid, (byte) => byte.toString(16).padStart(2, "0")).join(""),
    algorithm,
    signature,
    signed: signedBytes(protectedPart, payload),
  };
}

const IMPORT = { ES256: { name: "ECDSA", namedCurve: "P-256" }, EdDSA: { name: "Ed25519" } };
const VERIFY = { ES256: { name: "ECDSA", hash: "SHA-256" }, EdDSA: { name: "Ed25519" } };
const CURVES = { ES256: "P-256", EdDSA: "Ed25519" };

async function fits(jwk, content) {
  if (!globalThis.crypto?.subtle) throw new QrError("unsupported", "no WebCrypto");
  const { kty, crv, x, y } = jwk;
  const bare = crv === "P-256" ? { kty, crv, x, y } : { kty, crv, x };
  try {
    const key = await crypto.subtle.importKey("jwk", bare, IMPORT[content.algorithm], false, ["verify"]);
    return await crypto.subtle.verify(VERIFY[content.algorithm], key, content.signature, content.signed);
  } catch (error) {
    throw new QrError("unsupported", String(error?.name));
  }
}

/**
 * Return the claims of a code and the office that signed them.
 *
 * `authorities` is the list of GET api/authority. Throws QrError: "unreadable" when it is no code of ours,
 * "stranger" when no office names its key for that day, "forged" when the named key did not sign it,
 * "unsupported" when this browser cannot check signatures.
 */
export async function verifyQr(text, authorities) {
  const content = decodeQrText(text);
  const day = content.claims.issuedOn;
  let named = false;
  for (const authority of authorities) {
    for (const entry of authority.qr_keys) {
      const holds = (entry.from === null || entry.from <= day) && (entry.to === null || day <= entry.to);
      if (entry.kid !== content.kid || !holds) continue;
      named = true;
      if (entry.key.crv !== CURVES[content.algorithm]) continue;
      if (await fits(entry.key, content)) return { claims: content.claims, authority };
    }
  }
  throw named ? new QrError("forged", "not signed by that key") : new QrError("stranger", "unknown key");
}
