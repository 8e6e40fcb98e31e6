/*
 * Reads the office's signed status list in the browser: an IETF Token Status List in its CWT form.
 *
 * The same rules as perizinan_core.published.status_list. Everybody fetches the same file, so that nobody
 * learns which permit is being looked at.
 */

import { CborReader, isMapOf, signedBytes } from "./cbor.js";
import { ALGORITHMS, CURVES, fits } from "./qr.js";

const SIGN1_TAG = 0xd2;
const MEDIA_TYPE = "application/statuslist+cwt";
const VERSIONS = "authority_versions";
const [SUB, EXP, IAT, STATUS_LIST] = [2, 4, 6, 65533];
const DEFAULT_MAX_AGE = 7 * 24 * 3600;
const SKEW = 300;
const STATES = ["in_force", "revoked", "suspended", "superseded"];

const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

async function unpacked(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function readToken(bytes) {
  if (bytes[0] !== SIGN1_TAG) throw new Error("not a COSE_Sign1");
  const parts = CborReader.all(bytes.subarray(1));
  if (!Array.isArray(parts) || parts.length !== 4) throw new Error("not a COSE_Sign1");
  const [protectedPart, unprotected, payload, signature] = parts;
  if (!isMapOf(unprotected, []) || !(signature instanceof Uint8Array) || signature.length !== 64) {
    throw new Error("not a COSE_Sign1");
  }
  const header = CborReader.all(protectedPart);
  if (!isMapOf(header, [1, 4, 16]) || header.get(16) !== MEDIA_TYPE) throw new Error("other headers");
  return {
    algorithm: ALGORITHMS.get(header.get(1)),
    kid: toHex(header.get(4)),
    claims: CborReader.all(payload, { largestKey: 0xffff, textKeys: true }),
    signature,
    signed: signedBytes(protectedPart, payload),
  };
}

/** Return the local day (ISO) of a moment, on the clocks of the office. */
function localDay(seconds, zone) {
  const hours = { WIB: 7, WITA: 8, WIT: 9 }[zone];
  return new Date((seconds + hours * 3600) * 1000).toISOString().slice(0, 10);
}

/**
 * Return { day, asOf, versions, body } of a list that may be relied on now: the day and moment of the list, the
 * current and the lowest usable version of the authority document (or null), and what it says about permits.
 *
 * Throws whatever is wrong with it: not signed by a key that the office names for that day, of another address, or
 * too old.
 */
export async function readStatusList(bytes, authority, now) {
  const token = readToken(bytes);
  const terms = authority.status_list;
  const [issued, expires] = [token.claims.get(IAT), token.claims.get(EXP)];
  const day = localDay(issued, authority.time_zone);
  const keys = terms.keys.filter(
    (entry) =>
      entry.kid === token.kid && entry.key.crv === CURVES[token.algorithm]
      && (!entry.from || entry.from <= day) && (!entry.to || day <= entry.to),
  );
  const good = await Promise.all(keys.map((entry) => fits(entry.key, token)));
  if (!good.includes(true)) throw new Error("not signed by the office");
  if (token.claims.get(SUB) !== terms.uri) throw new Error("the list of another address");
  const seconds = now.getTime() / 1000;
  const age = terms.max_age ?? DEFAULT_MAX_AGE;
  if (issued > seconds + SKEW || seconds > expires || seconds - issued > age) throw new Error("too old");
  const told = token.claims.get(VERSIONS);
  const versions = Array.isArray(told) && told.length === 2 ? { current: told[0], lowest: told[1] } : null;
  return { day, asOf: new Date(issued * 1000), versions, body: token.claims.get(STATUS_LIST) };
}

/**
 * Return { state, asOf } of one place of a list: state is a name of the page's states, asOf its moment.
 *
 * Throws where the list was made before the permit, or is too short: then it says nothing about a permit.
 */
export async function statusFromList({ day, asOf, body }, claims) {
  if (day < claims.issuedOn) throw new Error("older than the permit");
  if (!(body instanceof Map) || body.get("bits") !== 2) throw new Error("other claims");
  const packed = await unpacked(body.get("lst"));
  const index = claims.statusIndex;
  if (index >= packed.length * 4) throw new Error("too short");
  return { state: STATES[(packed[index >> 2] >> (2 * (index & 3))) & 3], asOf };
}
