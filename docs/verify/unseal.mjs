// Opens what the portal sealed, without any code of the portal: docs/crypto.md in JavaScript.
// Needs Node 18 or newer and nothing else.
//
//   node unseal.mjs check sealing.json              every test vector holds
//   node unseal.mjs open KEY CONTEXT < sealed       one Cobblestone-256 message; hex, hex, bytes
//   node unseal.mjs field KEY PLACE < sealed        one sealed field, with its header

import { createDecipheriv, createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";

const CHUNK = 16384, TAG = 16, SALT = 24, PREFIX = 56;
const LABEL = Buffer.from("c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0", "ascii");

class Broken extends Error {}

const hex = (text) => Buffer.from(text, "hex");
const uuid = (text) => hex(text.replaceAll("-", ""));

function integer(value, bytes) {
  const out = Buffer.alloc(bytes);
  for (let i = bytes - 1, rest = BigInt(value); i >= 0; i--, rest >>= 8n) out[i] = Number(rest & 255n);
  return out;
}

/** HKDF-Expand (RFC 5869) with SHA-512. */
function expand(key, info, length) {
  const blocks = [];
  let block = Buffer.alloc(0);
  for (let n = 1; blocks.length * 64 < length; n++) {
    block = createHmac("sha512", key).update(block).update(info).update(Buffer.from([n])).digest();
    blocks.push(block);
  }
  return Buffer.concat(blocks).subarray(0, length);
}

/** The chunk's nonce: the base nonce XOR the chunk's number, big-endian. */
function nonceOf(base, number) {
  const nonce = Buffer.from(base);
  for (let i = 11, rest = BigInt(number); rest > 0n; i--, rest >>= 8n) nonce[i] ^= Number(rest & 255n);
  return nonce;
}

function openChunk(key, nonce, chunk) {
  if (chunk.length < TAG) throw new Broken();
  const cipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG });
  cipher.setAuthTag(chunk.subarray(-TAG));
  try {
    return Buffer.concat([cipher.update(chunk.subarray(0, -TAG)), cipher.final()]);
  } catch {
    throw new Broken();
  }
}

/** The plaintext of one Cobblestone-256 message. Throws Broken, and then shows none of it. */
function unseal(key, sealed, context) {
  if (sealed.length < PREFIX) throw new Broken();
  const salt = sealed.subarray(0, SALT);
  const derived = expand(key, Buffer.concat([LABEL, salt, context]), 76);
  if (!timingSafeEqual(derived.subarray(44), sealed.subarray(SALT, PREFIX))) throw new Broken();
  const plain = [];
  for (let number = 0, at = PREFIX; ; number++, at += CHUNK + TAG) {
    const chunk = sealed.subarray(at, at + CHUNK + TAG);
    plain.push(openChunk(derived.subarray(0, 32), nonceOf(derived.subarray(32, 44), number), chunk));
    if (chunk.length < CHUNK + TAG) return Buffer.concat(plain);
  }
}

/** Each part after its length. */
function pae(...parts) {
  return Buffer.concat(parts.flatMap((part) => [integer(part.length, 4), part]));
}

function place(w) {
  return pae(
    Buffer.from("portal.place.v1"), Buffer.from(w.kind), uuid(w.installation), uuid(w.patient),
    uuid(w.home), uuid(w.item), Buffer.from(w.field), integer(w.key_version, 4), integer(w.sequence, 8),
  );
}

/** A sealed field: 0x01, the key's version as u32be, then Cobblestone-256. */
function unsealField(key, sealed, where, version = null) {
  const header = sealed.subarray(0, 5);
  if (header.length < 5 || header[0] !== 1) throw new Broken();
  if (version !== null && header.readUInt32BE(1) !== version) throw new Broken();
  return unseal(key, sealed.subarray(5), pae(header, where));
}

// The vectors ---------------------------------------------------------------------------------

function edited(sealed, edits) {
  for (const [verb, ...rest] of edits) {
    if (verb === "flip") {
      sealed = Buffer.from(sealed);
      sealed[rest[0] >> 3] ^= 1 << (rest[0] & 7);
    } else if (verb === "take") {
      sealed = Buffer.concat(rest.map(([from, to]) => sealed.subarray(from, to)));
    } else if (verb === "append") {
      sealed = Buffer.concat([sealed, hex(rest[0])]);
    } else throw new Error(`unknown edit: ${verb}`);
  }
  return sealed;
}

// Sequences up to 2**64 - 1 are larger than a JavaScript number can hold.
const readVectors = (path) =>
  JSON.parse(readFileSync(path, "utf8").replace(/"sequence": (\d+)/g, '"sequence": "$1"'));

const openMessage = (c) => unseal(hex(c.key), c.bytes, hex(c.context));
const openField = (c) => unsealField(hex(c.key), c.bytes, place(c), c.key_version);

function check(path) {
  const vectors = readVectors(path);
  let held = 0;
  const expect = (what, is) => {
    if (!is) throw new Error(`does not hold: ${what}`);
    held += 1;
  };
  const load = (c) => ({ ...c, bytes: Buffer.from(c.sealed, "base64") });
  const counting = (n) => Buffer.from(Array.from({ length: n }, (_, i) => i % 251));

  for (const c of vectors.messages.map(load))
    expect(c.name, openMessage(c).equals(counting(c.counting)));
  for (const c of vectors.pae) expect(`pae ${c.pae}`, pae(...c.parts.map(hex)).equals(hex(c.pae)));
  for (const c of vectors.envelopes.map(load)) {
    expect(`the place of ${c.name}`, place(c).equals(hex(c.place)));
    expect(c.name, openField(c).equals(hex(c.plaintext)));
  }
  checkKeys(vectors.keys, expect);
  const both = load(vectors.two_keys);
  expect("two keys, the first", unseal(hex(both.one), both.bytes, Buffer.alloc(0)).length === 32);

  for (const [cases, originals, open] of [
    [vectors.refused_messages, vectors.messages, openMessage],
    [vectors.refused_envelopes, vectors.envelopes, openField],
  ])
    for (const c of cases) {
      const bad = load({ ...originals.find((o) => o.name === c.of), ...c.with });
      bad.bytes = edited(bad.bytes, c.edits);
      let refused = false;
      try {
        open(bad);
      } catch (error) {
        if (!(error instanceof Broken)) throw error;
        refused = true;
      }
      expect(`refused: ${c.why}`, refused);
    }
  return held;
}

function checkKeys(k, expect) {
  const derive = (secret, salt, info) => Buffer.from(hkdfSync("sha512", secret, salt, info, 32));
  const ids = [uuid(k.installation), uuid(k.patient)];
  const about = pae(...ids, integer(k.patient_key_version, 4));
  const info = Buffer.concat([Buffer.from("portal.wrap.v1"), about]);
  const wrapping = derive(hex(k.kek), hex(k.shred_key), info);
  expect("the wrapping key", wrapping.equals(hex(k.wrapping_key)));

  const nobody = "0".repeat(32);
  const common = { installation: k.installation, patient: k.patient, home: nobody };
  const version = k.patient_key_version;
  const ofPatientKey = place({
    ...common, kind: "patient-key", item: k.patient, field: "secret", key_version: version, sequence: 0,
  });
  const wrapped = Buffer.from(k.wrapped_patient_key, "base64");
  const patientKey = unsealField(wrapping, wrapped, ofPatientKey, version);
  expect("the patient key", patientKey.equals(hex(k.patient_key)));

  const ofDataKey = place({
    ...common, kind: "data-key", item: k.home, field: k.purpose,
    key_version: version, sequence: k.data_key_version,
  });
  const inner = unsealField(patientKey, Buffer.from(k.wrapped_data_key, "base64"), ofDataKey, version);
  expect("the data key", inner.equals(hex(k.data_key)));

  const about2 = Buffer.concat([Buffer.from("portal.pseudonym.v1"), pae(...ids)]);
  const pseudonym = derive(hex(k.pseudonym_installation_key), hex(k.shred_key), about2);
  expect("the pseudonym key", pseudonym.equals(hex(k.pseudonym_key)));
}

function main([verb, ...rest]) {
  try {
    if (verb === "check" && rest.length === 1) console.log(`${check(rest[0])} vectors hold`);
    else if (verb === "open" && rest.length === 2)
      process.stdout.write(unseal(hex(rest[0]), readFileSync(0), hex(rest[1])));
    else if (verb === "field" && rest.length === 2)
      process.stdout.write(unsealField(hex(rest[0]), readFileSync(0), hex(rest[1])));
    else throw new Error("use: check FILE | open KEY CONTEXT | field KEY PLACE");
  } catch (error) {
    console.error(error instanceof Broken ? "the seal does not hold" : error.message);
    process.exitCode = 1;
  }
}

main(process.argv.slice(2));
