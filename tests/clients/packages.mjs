// The packages are pinned and installed beside the conformance suite.
import { createRequire } from "node:module";

const require = createRequire(new URL("../conformance/package.json", import.meta.url));

/** Load an installed package by its name. */
export const load = (name) => import(require.resolve(name));

/** The task that the test wrote to standard input. */
export async function task() {
  let text = "";
  for await (const chunk of process.stdin) text += chunk;
  return JSON.parse(text);
}

/** Connect, list the tools, make the calls one after the other, and print what came of it. */
export async function play(client, transport, calls) {
  await client.connect(transport);
  const { tools } = await client.listTools();
  const results = [];
  for (const call of calls) {
    try {
      results.push(await client.callTool(call));
    } catch (error) {
      results.push({ thrown: String(error) });
    }
  }
  const version =
    client.getNegotiatedProtocolVersion?.() ?? transport.protocolVersion ?? null;
  const era = client.getProtocolEra?.() ?? null;
  await client.close();
  console.log(JSON.stringify({ version, era, tools, results }));
}
