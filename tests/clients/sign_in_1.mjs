// The TypeScript SDK 1.x signs a person in. It does not look at `iss`.
import { load } from "./packages.mjs";
import { signIn, told } from "./signing_in.mjs";

const { Client } = await load("@modelcontextprotocol/sdk/client/index.js");
const { StreamableHTTPClientTransport } = await load(
  "@modelcontextprotocol/sdk/client/streamableHttp.js",
);
const { UnauthorizedError } = await load("@modelcontextprotocol/sdk/client/auth.js");

const task = await told();
await signIn(task, {
  Unauthorized: UnauthorizedError,
  open: (authProvider, fetch) => ({
    client: new Client({ name: "tests", version: "1" }),
    transport: new StreamableHTTPClientTransport(new URL(task.url), { authProvider, fetch }),
  }),
  connect: (client, transport) => client.connect(transport),
  finish: (transport, query) => {
    // The SDK takes a code only; what else came back is the application's to look at.
    if (!query.has("code")) throw new Error(`the server refused: ${query.get("error")}`);
    return transport.finishAuth(query.get("code"));
  },
});
