// The TypeScript SDK 2.x; `mode` is how it settles the revision.
import { load, play, task } from "./packages.mjs";

const { url, headers, calls, mode } = await task();
const { Client, StreamableHTTPClientTransport } = await load("@modelcontextprotocol/client");
const client = new Client({ name: "tests", version: "1" }, { versionNegotiation: { mode } });
const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
await play(client, transport, calls);
