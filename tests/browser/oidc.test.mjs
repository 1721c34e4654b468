// Logging in through another provider: a real one, as a process of its own, and a real browser.
import { spawn } from "node:child_process";
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { freePort, logIn, look, start, window } from "./site.mjs";

let site, provider;
before(async () => {
  const [port, own] = [await freePort(), await freePort()];
  const address = `http://127.0.0.1:${own}`;
  provider = spawn(process.execPath, [new URL("provider.mjs", import.meta.url).pathname, String(port), `${address}/login/oidc/return`], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((done, fail) => {
    provider.stdout.on("data", (text) => String(text).includes("ready") && done());
    provider.on("exit", () => fail(new Error("the provider ended")));
  });
  site = await start("127.0.0.1", { port: own, LUYUAN_OIDC_ISSUER: `http://127.0.0.1:${port}`, LUYUAN_OIDC_CLIENT: "luyuan", LUYUAN_OIDC_SECRET: "a secret of at least thirty-two letters", LUYUAN_OIDC_NAME: "郑政通" });
});
after(async () => {
  await site?.stop();
  provider.removeAllListeners("exit");
  provider.kill("SIGTERM");
});

/** Logs in at the provider as somebody, and lets it tell us. */
async function there(page, who) {
  await page.locator("input[name=login]").fill(who);
  await page.locator("input[name=password]").fill("anything");
  await page.locator("button[type=submit]").click();
  await page.getByRole("button", { name: /continue/i }).click();
}

for (const [width, language, use, link, onward, unlinked] of [
  [390, "zh-CN", "用郑政通登录", "关联郑政通", "前往郑政通", /没有账号与郑政通的“zh-CN-somebody”关联/],
  [1280, "en-GB", "Log in with 郑政通", "Link with 郑政通", "Go on to 郑政通", /No account here is linked with “en-GB-somebody”/],
]) {
  test(`an account is linked, used through the provider, and unlinked, ${width} ${language}`, async () => {
    const login = width === 390 ? "community" : "street";
    const page = await window(site, width, language);
    page.on("console", () => page.url().startsWith(site.address) || page.errors.splice(0));
    // Nobody is matched by anything but a link.
    await page.goto(`${site.address}/login`);
    await look(page, `login-oidc-${width}`);
    await page.getByRole("link", { name: use }).click();
    await there(page, `${language}-somebody`);
    await page.getByText(unlinked).waitFor();
    assert.ok(page.url().startsWith(`${site.address}/login/oidc/return`));
    await look(page, `oidc-unlinked-${width}`);

    await logIn(site, page, login);
    await page.goto(`${site.address}/account`);
    await page.getByRole("main").locator('a[href="/account/oidc"]').click();
    await look(page, `oidc-${width}`);
    await page.locator("#password").fill("wrong");
    await page.getByRole("button", { name: link }).click();
    await page.locator("[role=alert]").waitFor();
    await page.locator("#password").fill("luyuan-demo");
    await page.getByRole("button", { name: link }).click();
    await look(page, `oidc-onward-${width}`);
    // Known there already from before.
    await page.getByRole("link", { name: onward }).click();
    await page.waitForURL("**/account/oidc");
    await page.getByText(`${language}-somebody`).waitFor();
    await look(page, `oidc-linked-${width}`);

    await page.locator("header form button").click();
    await page.goto(`${site.address}/account/passkeys`);
    await page.getByRole("link", { name: use }).click();
    await page.waitForURL("**/account/passkeys");
    assert.equal(await page.locator("h1").count(), 1);

    await page.goto(`${site.address}/account/oidc`);
    await page.locator("#password").fill("luyuan-demo");
    await page.locator("main .form form button").click();
    await page.getByRole("button", { name: link }).waitFor();
    await page.locator("header form button").click();
    await page.goto(`${site.address}/login`);
    await page.getByRole("link", { name: use }).click();
    await page.getByText(unlinked).waitFor();
  });
}

test("a provider that is away is told of, and the password still works", async () => {
  const page = await window(site, 390, "en-GB");
  provider.removeAllListeners("exit");
  const gone = new Promise((done) => provider.on("exit", done));
  provider.kill("SIGTERM");
  await gone;
  // What it said of itself is still known here, so the way is found; only a code would not be taken.
  const answer = await page.context().request.get(`${site.address}/login/oidc`, { maxRedirects: 0 });
  assert.equal(answer.status(), 303);
  const state = new URL(answer.headers().location).searchParams.get("state");
  await page.goto(`${site.address}/login/oidc/return?state=${state}&code=made-up`);
  await page.getByText("郑政通 gives no answer at the moment").waitFor();
  await look(page, "oidc-away-390");
  await logIn(site, page, "community");
});
