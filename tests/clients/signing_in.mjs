// What the clients that sign in share: a line in, lines out, and the person's way back.
import { createServer } from "node:http";
import { createInterface } from "node:readline";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

/** The next line that the test wrote: the task first, then one for each pause. */
export const told = async () => JSON.parse((await lines.next()).value);

export const say = (line) => console.log(JSON.stringify(line));

/** Listen for the person's return; `address` is the redirect URI, `next` the query of a return. */
export async function listen(port = 0) {
  const arrived = [];
  const expected = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url, "http://127.0.0.1");
    const there = url.pathname === "/callback";
    response.writeHead(there ? 200 : 404, { "Content-Type": "text/html" });
    response.end("<!doctype html><title>Signed in</title><p>You can close this page.</p>");
    if (there) (expected.shift() ?? ((query) => arrived.push(query)))(url.searchParams);
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${server.address().port}/callback`,
    next: () =>
      arrived.length ? arrived.shift() : new Promise((resolve) => expected.push(resolve)),
    close: () => server.close().closeAllConnections(),
  };
}

/** What an SDK asks its application for. It keeps everything in memory, as both generations want. */
export class Provider {
  authorizations = [];
  tokensKept = [];
  #kept = {};

  constructor({ clientId, clientMetadataUrl, scope, tokens }, redirectUrl) {
    if (tokens) this.#kept.tokens = tokens;
    this.redirectUrl = redirectUrl;
    this.clientMetadataUrl = clientMetadataUrl;
    this.clientMetadata = {
      client_name: "tests",
      redirect_uris: [redirectUrl],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
      ...(scope && { scope }),
    };
    if (clientId) this.#kept.client = { client_id: clientId };
    // A pre-registered client that can save would register itself where it is not known.
    else this.saveClientInformation = (client) => void (this.#kept.client = client);
  }

  state = () => (this.#kept.state = crypto.randomUUID());
  clientInformation = () => this.#kept.client;
  codeVerifier = () => this.#kept.verifier;
  saveCodeVerifier = (verifier) => void (this.#kept.verifier = verifier);
  discoveryState = () => this.#kept.discovery;
  saveDiscoveryState = (state) => void (this.#kept.discovery = state);
  tokens = () => this.#kept.tokens;

  saveTokens(tokens) {
    this.#kept.tokens = tokens;
    const { scope, expires_in: expiresIn, refresh_token: refresh } = tokens;
    this.tokensKept.push({ scope, expiresIn, refreshable: refresh !== undefined });
  }

  invalidateCredentials(what) {
    if (what === "all" || what === "tokens") delete this.#kept.tokens;
    if (what === "all" || what === "discovery") delete this.#kept.discovery;
  }

  redirectToAuthorization(url) {
    this.authorizations.push(Object.fromEntries(url.searchParams));
    say({ authorize: url.href });
  }

  /** Whether the person came back from the address that was shown last. */
  belongs = (query) => query.get("state") === this.#kept.state;
}

/** A `fetch` that notes what the token endpoint is asked for, without anything that is secret. */
export function noting(grants) {
  return async (input, init) => {
    const response = await fetch(input, init);
    if (init?.body instanceof URLSearchParams && init.body.has("grant_type")) {
      const { grant_type, client_id, scope, resource } = Object.fromEntries(init.body);
      grants.push({ grant_type, client_id, scope, resource, status: response.status });
    }
    return response;
  };
}

/**
 * Sign in, list the tools, make the calls one after the other, and say what came of it.
 *
 * `open` gives a client with its transport, `connect` connects them, and `finish` takes the query
 * that the person came back with. A call `{ pause: name }` says `{ paused: name }` and goes on
 * when the test has written a line.
 */
export async function signIn(task, { Unauthorized, open, connect, finish }) {
  const back = await listen(task.redirectPort);
  const provider = new Provider(task, back.address);
  const grants = [];

  let { client, transport } = open(provider, noting(grants));
  async function signedIn(attempt) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Unauthorized)) throw error;
      const query = await back.next();
      if (!provider.belongs(query)) throw new Error("the state is another one");
      await finish(transport, query);
      return await attempt();
    }
  }

  try {
    let first = true;
    await signedIn(async () => {
      // A client that was refused while connecting cannot connect again.
      if (!first) ({ client, transport } = open(provider, noting(grants)));
      first = false;
      await connect(client, transport);
    });
    const { tools } = await signedIn(() => client.listTools());
    const results = [];
    for (const call of task.calls) {
      if (call.pause) {
        say({ paused: call.pause });
        await told();
        continue;
      }
      try {
        results.push(await signedIn(() => client.callTool(call)));
      } catch (error) {
        results.push({ thrown: String(error) });
      }
    }
    const version =
      client.getNegotiatedProtocolVersion?.() ?? transport.protocolVersion ?? null;
    await client.close();
    const { authorizations, tokensKept } = provider;
    say({ done: { version, tools, results, authorizations, tokens: tokensKept, grants } });
  } finally {
    back.close();
    process.stdin.destroy();
  }
}
