// The TypeScript SDK 1.x, which knows the revisions up to 2025-11-25.
import { load, play, task } from "./packages.mjs";

const { url, headers, calls } = await task();
const { Client } = await load("@modelcontextprotocol/sdk/client/index.js");
const { StreamableHTTPClientTransport } = await load(
  "@modelcontextprotocol/sdk/client/streamableHttp.js",
);
const client = new Client({ name: "tests", version: "1" });
const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
await play(client, transport, calls);
