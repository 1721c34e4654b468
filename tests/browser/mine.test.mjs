// A resident proves a phone number or an address and sees what they left with it, on another device.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { logIn, look, onward, start, window } from "./site.mjs";

let site;
before(async () => { site = await start(); });
after(async () => { await site.stop(); });

/** Places an order with what is left to be reached by; its number. */
async function placed(words, fields) {
  const page = await window(site, 390);
  const where = (await (await fetch(`${site.address}/places/search?q=jxhy`)).json())[0];
  await page.goto(`${site.address}/orders/new?place=${where.code}&lon=${where.lon}&lat=${where.lat}`);
  await page.locator(".steps-bar .button:not(.quiet)").click();
  await page.locator(".choice", { hasText: "公厕问题" }).first().click();
  await page.locator("#description").fill(words);
  await page.locator(".steps-bar .button:not(.quiet)").click();
  for (const [id, value] of Object.entries(fields)) await page.locator(`#${id}`).fill(value);
  await page.locator("fieldset[data-step=contact] .button").click();
  const { number } = await onward(page);
  await page.context().close();
  return number;
}

/** The codes in the demonstration's log. */
const codes = () => [...site.log().replace(/\x1b\[[0-9;]*m/g, "").matchAll(/code="?(\d{6})"?/g)].map(([, digits]) => digits);

/** The newest code, once there are more than there were before. */
async function newest(before) {
  for (let tries = 0; codes().length <= before; tries += 1) {
    assert.ok(tries < 200, "no code is in the log");
    await new Promise((done) => setTimeout(done, 50));
  }
  return codes().at(-1);
}

test("by phone, in Chinese, from the page of an order to rating it", async () => {
  const number = await placed("公厕没有灯，晚上看不见", { phone: "138 0000 5678" });
  const office = await window(site, 1280);
  await logIn(site, office, "compound");
  await office.goto(`${site.address}/work/orders/${number}`);
  await office.getByRole("button", { name: "接单", exact: true }).click();
  await office.locator("#contact-note").fill("已打电话");
  await office.getByRole("button", { name: "已联系反映人" }).click();
  await office.locator("#reply").fill("灯已装好");
  await office.getByRole("button", { name: "发送答复" }).click();
  await office.waitForLoadState();

  const page = await window(site, 390);
  await page.goto(`${site.address}/orders/${number}`);
  await page.getByRole("link", { name: /这是您的诉求/ }).click();
  await look(page, "mine-ask-390");
  await page.locator("#contact").fill("12");
  await page.getByRole("button", { name: "获取验证码" }).click();
  await page.getByRole("alert").waitFor();
  await look(page, "mine-bad-390");
  await page.locator("#contact").fill("+86 13800005678");
  await page.getByRole("button", { name: "获取验证码" }).click();
  await page.waitForURL("**/mine/code");
  await look(page, "mine-code-390");
  const sent = await newest(0);
  const other = String((Number(sent) + 1) % 1_000_000).padStart(6, "0");
  await page.locator("#code").fill(other);
  await page.getByRole("button", { name: "查看我的诉求" }).click();
  await page.getByText("还可以试 4 次").waitFor();
  await look(page, "mine-code-wrong-390");
  await page.locator("#code").fill(sent);
  await page.getByRole("button", { name: "查看我的诉求" }).click();
  await page.waitForURL(`**/orders/${number}`);
  await look(page, "mine-order-390");
  await page.goto(`${site.address}/mine`);
  await page.getByText("138****5678").waitFor();
  await look(page, "mine-390");
  await page.getByRole("link", { name: new RegExp(number) }).click();
  await page.locator("input[name=solved][value=yes]").check();
  await page.getByRole("button", { name: "提交评价" }).click();
  await page.waitForURL("**rated=1");
  assert.equal(await page.locator(".standing .badge").first().innerText(), "已办结");
  await page.goto(`${site.address}/mine`);
  await page.getByRole("button", { name: "退出" }).click();
  await page.waitForURL(`${site.address}/`);
  await page.goto(`${site.address}/mine`);
  await page.locator("#contact").waitFor();
});

test("by e-mail, in English, wide, without scripts", async () => {
  const number = await placed("公厕没有纸", { email: "ann@example.org" });
  const context = await site.browser.newContext({ javaScriptEnabled: false, viewport: { width: 1280, height: 860 }, locale: "en" });
  const page = await context.newPage();
  page.errors = [];
  await page.goto(`${site.address}/`);
  await page.getByRole("link", { name: "My orders" }).click();
  const before = codes().length;
  await page.locator("#contact").fill("Ann@Example.org");
  await page.getByRole("button", { name: "Send me a code" }).click();
  const sent = await newest(before);
  await page.locator("#code").fill(sent);
  await page.getByRole("button", { name: "Show my orders" }).click();
  await page.getByRole("link", { name: new RegExp(number) }).waitFor();
  await page.getByRole("link", { name: new RegExp(number) }).click();
  await page.getByText("What you were told").or(page.getByText(number)).first().waitFor();
  await context.close();
  const wide = await window(site, 1280, "en");
  await wide.goto(`${site.address}/mine`);
  await look(wide, "mine-ask-1280-en");
  await wide.goto(`${site.address}/mine/code`);
  await look(wide, "mine-ended-1280-en");
});
