// The TypeScript SDK 2.x signs a person in; `mode` is how it settles the revision.
import { load } from "./packages.mjs";
import { signIn, told } from "./signing_in.mjs";

const { Client, StreamableHTTPClientTransport, UnauthorizedError } = await load(
  "@modelcontextprotocol/client",
);

const task = await told();
const versionNegotiation = { mode: task.mode ?? "auto" };
await signIn(task, {
  Unauthorized: UnauthorizedError,
  open: (authProvider, fetch) => ({
    client: new Client({ name: "tests", version: "1" }, { versionNegotiation }),
    transport: new StreamableHTTPClientTransport(new URL(task.url), { authProvider, fetch }),
  }),
  connect: (client, transport) => client.connect(transport),
  // With the whole query it checks `iss`, and an error's too.
  finish: (transport, query) => transport.finishAuth(query),
});
