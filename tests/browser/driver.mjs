// A person's browser, steered by JSON lines: one command in, one answer out, in order.
import { createInterface } from "node:readline";
import { join } from "node:path";
import { chromium } from "playwright-core";

const { folder, executable, javascript, width, height, limit } = JSON.parse(process.argv[2]);
const unpacked = {
  FONTCONFIG_PATH: join(folder, "fonts"),
  LD_LIBRARY_PATH: join(folder, "al2023", "lib"),
};

const browser = await chromium.launch({
  executablePath: executable ?? join(folder, "chromium"),
  chromiumSandbox: false,
  // Nothing but this machine, whatever a page asks for.
  args: ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"],
  env: executable ? process.env : { ...process.env, ...unpacked },
});
let context, page, devtools, errors, violations, visits;
const waiting = new Set();

/** Begin as a person who was never here: nothing kept, nothing noted. */
async function anew({ javascript }) {
  await context?.close();
  [errors, violations, visits] = [[], [], []];
  context = await browser.newContext({
    javaScriptEnabled: javascript,
    viewport: { width, height },
  });
  context.setDefaultTimeout(limit);
  page = await context.newPage();
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("response", (response) => {
    const request = response.request();
    if (request.isNavigationRequest() && request.frame() === page.mainFrame())
      visits.push({ method: request.method(), status: response.status(), url: response.url() });
  });
  devtools = await context.newCDPSession(page);
  devtools.on("Audits.issueAdded", ({ issue }) => {
    const found = issue.details.contentSecurityPolicyIssueDetails;
    if (!found) return;
    violations.push({ directive: found.violatedDirective, blocked: found.blockedURL ?? "" });
    for (const look of waiting) look();
  });
  await devtools.send("Audits.enable");
}

/** The violation of a directive, as soon as there is one. */
function violation(directive) {
  const { promise, resolve, reject } = Promise.withResolvers();
  const late = setTimeout(() => reject(new Error(`${directive} was not violated`)), limit);
  const look = () => {
    const found = violations.find((one) => one.directive === directive);
    if (found) resolve(found);
  };
  waiting.add(look);
  look();
  return promise.finally(() => {
    clearTimeout(late);
    waiting.delete(look);
  });
}

/** What a person can click by its name. */
const named = (name) =>
  ["link", "radio", "checkbox"].reduce(
    (so, role) => so.or(page.getByRole(role, { name, exact: true })),
    page.getByRole("button", { name, exact: true }),
  );

/** `*` stands for anything, everything else for itself. */
const pattern = (text) =>
  new RegExp(`^${text.split("*").map((part) => RegExp.escape(part)).join("[^]*")}$`);

/** Everything with an accessible name, in the order of the document. */
async function names() {
  const { nodes } = await devtools.send("Accessibility.getFullAXTree");
  const known = new Map(nodes.map((node) => [node.nodeId, node]));
  const within = (node) => [
    node,
    ...(node.childIds ?? []).flatMap((id) => (known.has(id) ? within(known.get(id)) : [])),
  ];
  return within(nodes[0])
    .filter(({ ignored, name }) => !ignored && name?.value)
    .map(({ role, name }) => ({ role: role.value, name: name.value.trim() }))
    .filter(({ role }) => role !== "StaticText" && role !== "InlineTextBox");
}

async function open({ url }) {
  const failed = (frame) => frame.url() === "chrome-error://chromewebdata/";
  const shown = page.waitForEvent("framenavigated", failed).catch(() => {});
  try {
    return (await page.goto(url))?.status() ?? 0;
  } catch (error) {
    // The page that shows the error comes later, and would interrupt what is opened next.
    await shown;
    throw error;
  }
}

const commands = {
  anew,
  open,
  click: ({ label }) => named(label).click(),
  fill: ({ label, text }) => page.getByLabel(label, { exact: true }).fill(text),
  wait: ({ address }) => page.waitForURL((url) => pattern(address).test(url.href)),
  violation: ({ directive }) => violation(directive),
  screenshot: ({ path }) => page.screenshot({ path, fullPage: true }),
  url: () => page.url(),
  title: () => page.title(),
  text: () => page.locator("body").innerText(),
  html: () => page.content(),
  frames: () => page.frames().map((frame) => frame.url()),
  cookies: () => context.cookies(),
  names,
  errors: () => errors,
  violations: () => violations,
  visits: () => visits,
};

const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);

await anew({ javascript });
say({ value: browser.version() });
for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...given } = JSON.parse(line);
  try {
    const value = await commands[command](given);
    say({ value: value === undefined || Buffer.isBuffer(value) ? null : value });
  } catch (error) {
    // Playwright colours its messages.
    say({ error: String(error?.message ?? error).replace(/\u001b\[\d+m/g, "") });
  }
}
await browser.close();
