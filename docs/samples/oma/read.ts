// One user's questions over MCP: the tools, a call, a refusal, a sealed list.
import { connect } from "./connect.ts";
import { type ErrorObject, nextStep } from "./next-step.ts";
import { type Sealed, seal } from "./sealing.ts";
import { headers, setting } from "./settings.ts";

type Client = Awaited<ReturnType<typeof connect>>;

// region tools
async function toolNames(client: Client): Promise<string[]> {
  const names: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.listTools({ cursor });
    names.push(...page.tools.map((tool) => tool.name));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return names;
}
// endregion

// region call
type Body =
  | { success: true; data: { currency?: string; rows: Record<string, unknown>[] } }
  | { success: false; error: ErrorObject };

async function call(
  client: Client,
  name: string,
  args: Record<string, unknown>,
  sealed?: Sealed,
): Promise<Body> {
  const _meta = sealed && { "com.wpp/approvedAccounts": sealed };
  const result = await client.callTool({ name, arguments: args, _meta });
  // With isError too: what the tool answers and what refuses it have one shape.
  return result.structuredContent as Body;
}
// endregion

// region show
async function show(client: Client, customerId: string, sealed?: Sealed): Promise<void> {
  const body = await call(client, "list_budgets", { customerId, pageSize: 1 }, sealed);
  if (!body.success) {
    console.log(`${customerId}: ${body.error.code}, so ${nextStep(body.error).step}`);
    return;
  }
  const [budget] = body.data.rows;
  console.log(`${customerId}: ${budget.budgetName}, ${budget.amount} ${body.data.currency}`);
}
// endregion

// region main
const client = await connect(`${setting("WPP_MCP_URL")}/mcp`, headers());
console.log(`list_budgets is there: ${(await toolNames(client)).includes("list_budgets")}`);
await show(client, "1000000101");
await show(client, "1000000104");

const accounts = [{ api: "Google Ads", accountId: "1000000102" }];
const list = seal(setting("OMA_MCP_SHARED_SECRET"), setting("WPP_USER_ID"), accounts);
console.log("With a sealed list of 1000000102:");
await show(client, "1000000101", list);
await show(client, "1000000102", list);
await client.close();
// endregion
