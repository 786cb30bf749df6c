// Sealed lists of approved accounts, step by step (docs/sealed-accounts.md).
import { createCipheriv, createHmac, hkdfSync, randomBytes, randomUUID } from "node:crypto";
import { deflateSync } from "node:zlib";

const LIFE_SECONDS = 300;

export interface Account {
  api: string;
  accountId: string;
  expiresAt?: string;
}

export interface Sealed {
  data: string;
  signature: string;
}

// region keys
/** What the shared secret yields. */
export interface Keys {
  keyId: Buffer;
  encryption: Buffer;
  mac: Buffer;
}

/** One key: HKDF-SHA256 with an empty salt. */
function derived(secret: string, purpose: string, length: number): Buffer {
  const info = `wpp-mcp/approved-accounts/${purpose}`;
  return Buffer.from(hkdfSync("sha256", secret, "", info, length));
}

/** The keys of a shared secret. They stay the same until it is rotated. */
export function keysOf(secret: string): Keys {
  return {
    keyId: derived(secret, "kid", 8),
    encryption: derived(secret, "enc", 32),
    mac: derived(secret, "mac", 32),
  };
}
// endregion

// region document
/** The list as JSON: whose it is, which accounts, from when until when. */
export function documentOf(userId: string, accounts: Account[], now: number): string {
  return JSON.stringify({ userId, accounts, iat: now, exp: now + LIFE_SECONDS, jti: randomUUID() });
}
// endregion

// region deflate
/** The document's UTF-8 bytes, compressed in the zlib format: not deflateRawSync, not gzipSync. */
export function deflated(document: string): Buffer {
  return deflateSync(Buffer.from(document, "utf8"));
}
// endregion

// region data
/** Version 1 and the key id. They are sent in the clear, and authenticated. */
export function headOf(keys: Keys): Buffer {
  return Buffer.concat([Buffer.of(1), keys.keyId]);
}

/** `data`. The nonce is 12 random bytes, never used twice. */
export function dataOf(keys: Keys, compressed: Buffer, nonce: Buffer): string {
  const head = headOf(keys);
  const cipher = createCipheriv("aes-256-gcm", keys.encryption, nonce);
  cipher.setAAD(head);
  const ciphertext = Buffer.concat([cipher.update(compressed), cipher.final()]);
  return Buffer.concat([head, nonce, ciphertext, cipher.getAuthTag()]).toString("base64url");
}
// endregion

// region signature
/** `signature`: the MAC over the characters of `data`. */
export function signatureOf(keys: Keys, data: string): string {
  return createHmac("sha256", keys.mac).update(data, "ascii").digest("base64url");
}
// endregion

// region seal
/** A list that is good for five minutes and for any number of calls. */
export function seal(secret: string, userId: string, accounts: Account[]): Sealed {
  const keys = keysOf(secret);
  const now = Math.floor(Date.now() / 1000);
  const compressed = deflated(documentOf(userId, accounts, now));
  const data = dataOf(keys, compressed, randomBytes(12));
  return { data, signature: signatureOf(keys, data) };
}
// endregion
