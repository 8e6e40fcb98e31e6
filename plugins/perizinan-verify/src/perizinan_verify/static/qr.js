/*
 * Reads and checks the QR claims of a permit in the browser, so that nothing leaves the device.
 *
 * The same rules as perizinan_core.published.qr_claims: "…#2" (or "…#1", the layout of before) and base32 of a COSE_Sign1 (RFC 9052) whose
 * parts are CBOR in deterministic form (RFC 8949 section 4.2). Tested against that module's own codes.
 * The status comes from the office's signed status list (status.js), which is the same file for everybody.
 */

import { CborReader, isMapOf, signedBytes } from "./cbor.js";

const AADS = new Map([["1", "perizinan-qr-1"], ["2", "perizinan-qr-2"]]);
const TYPE_NUMBERS = 2 ** 32;
const MAX_TEXT = 2048;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const DAY = 86_400_000;
const DAY_ZERO = Date.UTC(2020, 0, 1);
const LONGEST_SPAN = 200 * 366;
export const ALGORITHMS = new Map([[-7, "ES256"], [-8, "EdDSA"]]);

/** A code that cannot be called genuine; `kind` is the name of a state of the page (presentation.py). */
export class QrError extends Error {
  constructor(kind, message) {
    super(message);
    this.kind = kind;
  }
}

const unreadable = (message) => new QrError("unreadable", message);
const incomplete = (message) => new QrError("incomplete", message);

/** Return the bytes of base32 without padding (RFC 4648); small letters are welcome, left-over bits are not. */
export function fromBase32(text) {
  const bytes = [];
  let bits = 0;
  let held = 0;
  for (const letter of text.toUpperCase()) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) throw incomplete("not base32");
    held = (held << 5) | value;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >> bits) & 0xff);
      held &= (1 << bits) - 1;
    }
  }
  if (held !== 0 || bits >= 5) throw incomplete("bits left over");
  return Uint8Array.from(bytes);
}

const PLAIN = [0xa6, 0xa7];

/** Return the map of a payload: as it is, or out of one block of raw DEFLATE. */
async function unpacked(payload, layout) {
  if (layout !== "2" || PLAIN.includes(payload[0])) return payload;
  if (!(payload[0] & 1)) throw incomplete("no DEFLATE in one block");
  if (!("DecompressionStream" in globalThis)) throw new QrError("unsupported", "no DecompressionStream");
  const stream = new Blob([payload]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const data = new Uint8Array(await new Response(stream).arrayBuffer());
  if (data.length > MAX_TEXT) throw incomplete("too much");
  return data;
}

const isoDay = (days) => new Date(DAY_ZERO + days * DAY).toISOString().slice(0, 10);

function readClaims(data, layout) {
  const keys = [1, 2, 3, 4, 5, 6];
  const place = layout === "2" && data instanceof Map && data.has(7) ? data.get(7) : null;
  if (!isMapOf(data, place === null ? keys : [...keys, 7])) throw unreadable("other claims");
  const type = data.get(2);
  const numbered = layout === "2";
  const typed = numbered ? Number.isInteger(type) && type >= 0 && type < TYPE_NUMBERS : typeof type === "string";
  const texts = [1, 3, 4].map((key) => data.get(key));
  const dates = data.get(5);
  const index = data.get(6);
  if (!typed || !texts.every((item) => typeof item === "string")) throw unreadable("other claims");
  if (place !== null && (typeof place !== "string" || place === "")) throw unreadable("other claims");
  if (!Array.isArray(dates) || dates.length !== 3) throw unreadable("other dates");
  const [issued, begins, lasts] = dates;
  const days = [issued, begins, lasts ?? 0];
  const whole = days.every((item) => Number.isInteger(item) && Math.abs(item) <= LONGEST_SPAN);
  if (!whole || !Number.isInteger(index) || index < 0) throw unreadable("other numbers");
  return {
    number: texts[0],
    permitType: numbered ? null : type,
    typeNumber: numbered ? type : null,
    holder: texts[1],
    object: texts[2],
    place,
    issuedOn: isoDay(issued),
    validFrom: isoDay(issued + begins),
    validUntil: lasts === null ? null : isoDay(issued + begins + lasts),
    statusIndex: index,
  };
}

/** Read the text of a code without judging its signature; throws QrError. */
export async function decodeQrText(text) {
  const trimmed = text.trim();
  const mark = trimmed.indexOf("#");
  if (mark < 0 || text.length > MAX_TEXT) throw unreadable("no claims");
  const fragment = trimmed.slice(mark + 1);
  const layout = fragment.slice(0, 1);
  if (!AADS.has(layout)) {
    throw /^[3-9][A-Z2-7]{40,}$/i.test(fragment) ? new QrError("newer", "a newer layout") : unreadable("no claims");
  }
  return readContent(fragment.slice(1), layout);
}

/** What stands behind the version: from here on it is meant to be a code of ours, so a fault is a misread part. */
async function readContent(coded, layout) {
  try {
    return await contentOf(CborReader.all(fromBase32(coded)), layout);
  } catch (error) {
    if (error instanceof QrError && error.kind === "unsupported") throw error;
    throw incomplete(error.message);
  }
}

async function contentOf(cose, layout) {
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
    claims: readClaims(CborReader.all(await unpacked(payload, layout)), layout),
    kid: Array.from(kid, (byte) => byte.toString(16).padStart(2, "0")).join(""),
    algorithm,
    signature,
    signed: signedBytes(protectedPart, payload, AADS.get(layout)),
  };
}

const IMPORT = { ES256: { name: "ECDSA", namedCurve: "P-256" }, EdDSA: { name: "Ed25519" } };
const VERIFY = { ES256: { name: "ECDSA", hash: "SHA-256" }, EdDSA: { name: "Ed25519" } };
export const CURVES = { ES256: "P-256", EdDSA: "Ed25519" };

/** Whether a key made the signature of `content`: { algorithm, signature, signed }. */
export async function fits(jwk, content) {
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
 * `content` comes from decodeQrText, `authorities` is the list of GET api/authority. Throws QrError:
 * "stranger" when no office names its key for that day, "forged" when the named key did not sign it,
 * "unsupported" when this browser cannot check signatures.
 */
export async function verifyContent(content, authorities) {
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

/** decodeQrText and verifyContent in one. */
export async function verifyQr(text, authorities) {
  return verifyContent(await decodeQrText(text), authorities);
}
