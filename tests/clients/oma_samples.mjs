// Calls the functions of the TypeScript samples; the samples lie in the folder that is named.
import { inflateSync } from "node:zlib";
import { pathToFileURL } from "node:url";
import { task } from "./packages.mjs";

const { folder, errors, vectors, seals } = await task();
const load = (name) => import(pathToFileURL(`${folder}/${name}`));
const { nextStep } = await load("next-step.ts");
const { keysOf, headOf, deflated, documentOf, dataOf, signatureOf, seal } =
  await load("sealing.ts");
const bytes = (text) => Buffer.from(text, "hex");

const steps = errors.map(({ error, attempt }) => nextStep(error, attempt));
const made = vectors.map((vector) => {
  const keys = keysOf(vector.secret);
  const data = dataOf(keys, bytes(vector.deflated), bytes(vector.nonce));
  const { userId, accounts, iat, jti } = JSON.parse(vector.document);
  return {
    keyId: keys.keyId.toString("hex"),
    encryptionKey: keys.encryption.toString("hex"),
    macKey: keys.mac.toString("hex"),
    head: headOf(keys).toString("hex"),
    inflated: inflateSync(deflated(vector.document)).toString(),
    document: documentOf(userId, accounts, iat).replace(/"jti":".*"/, `"jti":"${jti}"`),
    data,
    signature: signatureOf(keys, data),
  };
});
const sealed = seals.map(({ secret, userId, accounts }) => seal(secret, userId, accounts));
console.log(JSON.stringify({ steps, made, sealed }));
