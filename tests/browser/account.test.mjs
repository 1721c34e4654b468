// An account's own pages in a real browser: a passkey on a virtual authenticator, the second step, and
// how the pages look on a phone and a desk.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { logIn, look, start, window } from "./site.mjs";

let site;
before(async () => { site = await start("localhost"); });
after(async () => { await site.stop(); });

/** A device with a fingerprint reader, as Chromium's developer tools make one. */
async function device(page, verified = true) {
  const client = await page.context().newCDPSession(page);
  await client.send("WebAuthn.enable");
  const { authenticatorId } = await client.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: verified, automaticPresenceSimulation: true },
  });
  return { client, authenticatorId };
}

test("a passkey is made, used to log in, and taken away", async () => {
  const page = await window(site, 390, "en-GB");
  const { client, authenticatorId } = await device(page);
  await logIn(site, page, "community");
  await page.goto(`${site.address}/account/passkeys`);
  await look(page, "passkeys-390");
  await page.getByRole("button", { name: "Make a passkey" }).click();
  await page.locator("li.standing").waitFor();
  const { credentials } = await client.send("WebAuthn.getCredentials", { authenticatorId });
  assert.equal(credentials.length, 1);
  assert.equal(credentials[0].rpId, "localhost");
  await look(page, "passkeys-one-390");

  await page.locator("header form button").click();
  await page.goto(`${site.address}/login`);
  await look(page, "login-passkey-390");
  await page.getByRole("button", { name: "Log in with a passkey" }).click();
  await page.waitForURL("**/work");
  assert.match(await page.locator("header .who").innerText(), /祥云社区/);

  // The answer to one login is none to another.
  const taken = page.waitForRequest((request) => request.method() === "POST" && request.url().endsWith("/login/passkey"));
  await page.locator("header form button").click();
  await page.goto(`${site.address}/login`);
  await page.getByRole("button", { name: "Log in with a passkey" }).click();
  const sent = new URLSearchParams((await taken).postData());
  await page.waitForURL("**/work");
  await page.locator("header form button").click();
  await page.goto(`${site.address}/login`);
  const token = await page.locator("input[name=token]").first().inputValue();
  const replay = async (step) => {
    const form = { token, step, response: sent.get("response") };
    return page.context().request.post(`${site.address}/login/passkey`, { form, maxRedirects: 0 });
  };
  assert.equal((await replay(sent.get("step"))).status(), 401, "a step is taken once");
  const fresh = await page.context().request.post(`${site.address}/login/passkey/options`, { form: { token } });
  const again = await replay((await fresh.json()).step);
  assert.equal(again.status(), 422, "a response belongs to its challenge");
  assert.match(await again.text(), /不属于本次登录/);

  await logIn(site, page, "community");
  await page.goto(`${site.address}/account/passkeys`);
  await page.getByRole("button", { name: /^Take away/ }).click();
  await page.locator("li.standing").waitFor({ state: "detached" });
  await page.locator("header form button").click();
  await page.goto(`${site.address}/login`);
  await page.getByRole("button", { name: "Log in with a passkey" }).click();
  await page.getByText("This passkey is not known here").waitFor();
});

test("a device that cannot tell who holds it makes no passkey", async () => {
  const page = await window(site, 390, "en-GB");
  await device(page, false);
  await logIn(site, page, "street");
  await page.goto(`${site.address}/account/passkeys`);
  await page.getByRole("button", { name: "Make a passkey" }).click();
  await page.locator("[role=alert]:not([hidden])").waitFor();
  assert.equal(await page.locator("li.standing").count(), 0);
});

for (const [width, language] of [[390, "zh-CN"], [1280, "en-GB"]]) {
  test(`the pages of accounts and administrators, ${width} ${language}`, async () => {
    const page = await window(site, width, language);
    await logIn(site, page, "town");
    await page.goto(`${site.address}/account`);
    await look(page, `account-${width}`);
    await page.goto(`${site.address}/account/factor`);
    await look(page, `factor-${width}`);
    await page.locator("main form button").first().click();
    await page.locator("svg.square").waitFor();
    await look(page, `factor-begun-${width}`);
    const office = await window(site, width, language);
    await office.goto(`${site.address}/login`);
    await office.locator('form:has(input[name=login][value="admin"]) button').click();
    await office.waitForURL("**/admin");
    await look(office, `admin-${width}`);
    for (const name of ["roles", "invitations", "keys", "audit"]) {
      await office.goto(`${site.address}/admin/${name}`);
      await look(office, `admin-${name}-${width}`);
    }
    await office.goto(`${site.address}/admin/keys`);
    await office.locator("#label").fill("test");
    await office.locator("input[name=scope][value=place]").check();
    await office.locator("main .form button").click();
    await office.locator("[role=status] code").waitFor();
    await look(office, `admin-key-made-${width}`);
  });
}
