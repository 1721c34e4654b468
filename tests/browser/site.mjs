// A demonstration district of our own for a test: the real program on a free port, and a browser.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import assert from "node:assert/strict";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";

const shots = new URL("shots/", import.meta.url).pathname;
mkdirSync(shots, { recursive: true });

/** A port on which nobody listens. */
export function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

/** Starts the program and waits until it says its address. Under a name there can be passkeys; a port and
    more environment variables are for tests that need them. */
export async function start(name = "127.0.0.1", { port, ...settings } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "luyuan-"));
  const listen = `127.0.0.1:${port ?? (await freePort())}`;
  const address = `http://${listen.replace("127.0.0.1", name)}`;
  const program = spawn(process.env.LUYUAN_PROGRAM, ["demo", "--data", folder, "--listen", listen, "--address", address], { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...settings } });
  let said = "";
  let log = "";
  program.stderr.on("data", (text) => {
    log += text;
    process.stderr.write(text);
  });
  await new Promise((done, fail) => {
    program.stdout.on("data", (text) => {
      said += text;
      if (said.includes("api_key=")) done();
    });
    program.on("exit", () => fail(new Error("the program ended")));
  });
  const browser = await chromium.launch({
    executablePath: process.env.LUYUAN_TEST_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--use-gl=swiftshader", "--enable-unsafe-swiftshader"],
  });
  return {
    address,
    key: /api_key=(\S+)/.exec(said)[1],
    browser,
    /** What the program has written to its log. */
    log: () => log,
    async stop() {
      await browser.close();
      program.removeAllListeners("exit");
      const gone = new Promise((done) => program.on("exit", done));
      program.kill("SIGTERM");
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A fresh window: width in pixels, language, dark or light. Fails a test on any script error. */
export async function window(site, width = 390, language = "zh-CN", colorScheme = "light") {
  const context = await site.browser.newContext({ viewport: { width, height: width < 600 ? 844 : 860 }, locale: language, colorScheme });
  const page = await context.newPage();
  page.errors = [];
  page.on("pageerror", (error) => page.errors.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes("the server responded with a status of")) page.errors.push(message.text());
  });
  page.setDefaultTimeout(15_000);
  return page;
}

/** Takes a picture for people to look at, and checks accessibility: nothing serious or critical. */
export async function look(page, name) {
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  assert.deepEqual(grave.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`), [], name);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `${name}: the page is ${wide} px wider than the window`);
  assert.deepEqual(page.errors, [], name);
}

/** Logs in with a demonstration account. */
export async function logIn(site, page, login) {
  await page.goto(`${site.address}/login`);
  await page.locator(`form:has(input[name=login][value="${login}"]) button`).click();
  await page.waitForURL("**/work");
}

/** Leaves every further question open until the receipt is there; number and link. */
export async function onward(page) {
  const receipt = page.locator(".done .number");
  const ways = page.getByRole("button", { name: /都不是|说不准|^提交$/ });
  for (;;) {
    await receipt.or(ways.first()).first().waitFor();
    if (await receipt.count()) break;
    await ways.last().click();
    await page.waitForLoadState();
  }
  return { number: await receipt.innerText(), link: await page.locator("luyuan-copy input").inputValue() };
}
