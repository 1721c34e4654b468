// An order from the resident's phone to the office and back, as people do it.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { logIn, look, onward, start, window } from "./site.mjs";

let site;
before(async () => { site = await start(); });
after(async () => { await site.stop(); });

/** Places an order the way a resident with a phone does; the page with the number is open then. */
async function placeOrder(page, words) {
  await page.goto(`${site.address}/orders/new`);
  await page.locator("#where").pressSequentially("jxhy");
  await page.locator(".found li").first().click();
  await page.locator("luyuan-map[data-ready]").waitFor();
  await look(page, `new-where-${page.viewportSize().width}`);
  await page.locator(".steps-bar .button:not(.quiet)").click();
  await look(page, `new-what-${page.viewportSize().width}`);
  await page.locator(".choice", { hasText: "公厕问题" }).or(page.locator(".choice", { hasText: "Public toilet" })).first().click();
  await page.locator("#description").fill(words);
  await look(page, `new-words-${page.viewportSize().width}`);
  await page.locator(".steps-bar .button:not(.quiet)").click();
  await page.locator("#phone").fill("13800001234");
  await look(page, `new-contact-${page.viewportSize().width}`);
  await page.locator("fieldset[data-step=contact] .button").click();
  return onward(page);
}

test("a resident orders, the compound accepts and replies, the resident rates", async () => {
  const resident = await window(site, 390);
  const { number, link } = await placeOrder(resident, "公厕没有水，洗不了手");
  await look(resident, "placed-390");

  const office = await window(site, 1280);
  await logIn(site, office, "compound");
  await look(office, "work-1280");
  await office.goto(`${site.address}/work/orders/${number}`);
  await look(office, "work-order-1280");
  await office.getByRole("button", { name: "接单", exact: true }).click();
  await office.locator("#contact-note").fill("已打电话，下午到");
  await office.getByRole("button", { name: "已联系反映人" }).click();
  await office.locator("#reply").fill("水管已修好，有水了");
  await look(office, "work-reply-1280");
  await office.getByRole("button", { name: "发送答复" }).click();

  await resident.goto(link.replace(/^http:\/\/[^/]+/, site.address));
  assert.equal(await resident.locator(".standing .badge").first().innerText(), "待评价");
  await look(resident, "rate-390");
  await resident.locator("input[name=solved][value=no]").check();
  await resident.locator("#comment").fill("还是没有水");
  await resident.getByRole("button", { name: "提交评价" }).click();
  await resident.getByText("第 1 次重办").first().waitFor();
  await look(resident, "reopened-390");

  // What the public sees has neither phone nor comment.
  const stranger = await window(site, 390);
  await stranger.goto(`${site.address}/orders/${number}`);
  const shown = await stranger.content();
  assert.ok(!shown.includes("13800001234") && !shown.includes("还是没有水") && !shown.includes("已打电话"));
});

test("a page that was open is refused when somebody was quicker", async () => {
  const resident = await window(site, 390);
  const { number } = await placeOrder(resident, "公厕灯坏了 二");
  const [one, two] = [await window(site, 1280), await window(site, 1280)];
  for (const page of [one, two]) {
    await logIn(site, page, "compound");
    await page.goto(`${site.address}/work/orders/${number}`);
  }
  await one.getByRole("button", { name: "接单", exact: true }).click();
  await one.locator("#contact-note").waitFor();
  await two.getByRole("button", { name: "接单", exact: true }).click();
  await two.getByText("刚才有人先操作了").waitFor();
});

test("similar orders are offered before sending", async () => {
  const page = await window(site, 390);
  const where = (await (await fetch(`${site.address}/places/search?q=jxhy`)).json())[0];
  for (const words of ["健身器材坏了", "健身器材又坏了"]) {
    await page.goto(`${site.address}/orders/new?place=${where.code}&lon=${where.lon}&lat=${where.lat}`);
    await page.locator(".steps-bar .button:not(.quiet)").click();
    await page.locator(".choice", { hasText: "健身器材损坏" }).click();
    await page.locator("#description").fill(words);
    await page.locator(".steps-bar .button:not(.quiet)").click();
    await page.locator("fieldset[data-step=contact] .button").click();
    await page.waitForLoadState();
  }
  await look(page, "similar-390");
  await page.getByRole("button", { name: "我也遇到了" }).first().click();
  await page.getByText("2 人反映").waitFor();
});

test("every page stands in both languages, widths, and text sizes", async () => {
  const paths = { home: "/", orders: "/orders", new: "/orders/new", login: "/login", place: "/places/410103012012001", card: "/places/410103012012001/card", rules: "/rules", evidence: "/evidence", order: "/orders/2026-000001", missing: "/nothing" };
  for (const language of ["zh-CN", "en"]) {
    for (const width of [390, 1280]) {
      const page = await window(site, width, language);
      for (const [name, path] of Object.entries(paths)) {
        await page.goto(site.address + path);
        if (await page.locator("luyuan-map").isVisible().catch(() => false)) await page.locator("luyuan-map[data-ready]").waitFor();
        await look(page, `${name}-${width}-${language}`);
      }
    }
  }
  const large = await window(site, 390);
  await large.goto(`${site.address}/?large=1`);
  await look(large, "home-large");
  const dark = await window(site, 390, "zh-CN", "dark");
  await dark.goto(`${site.address}/orders`);
  await dark.locator("luyuan-map[data-ready]").waitFor();
  await look(dark, "orders-dark");
});

test("the map's counts add up to the list's", async () => {
  const page = await window(site, 1280);
  await page.goto(`${site.address}/orders?state=open`);
  await page.locator("luyuan-map[data-total]").waitFor();
  const total = (await page.locator(".total").innerText()).match(/\d+/)[0];
  assert.equal(await page.locator("luyuan-map").getAttribute("data-total"), total);
});

test("a street is found while one types, and is a point on the map", async () => {
  const page = await window(site, 390);
  await page.goto(`${site.address}/orders/new`);
  await page.locator("#where").pressSequentially("大学路");
  const places = await page.locator(".found li").allInnerTexts();
  assert.ok(places.length > 1, `places beside the street: ${places}`);
  await page.locator(".found li", { hasText: /^大学路 · / }).first().click();
  await page.locator(".said", { hasText: "›" }).waitFor();
  const [lon, lat, place] = await Promise.all(["lon", "lat", "place"].map((name) => page.locator(`luyuan-where input[name=${name}]`).inputValue()));
  assert.ok(Number(lon) > 113 && Number(lat) > 34 && place === "", `${lon}, ${lat}, ${place}`);
  assert.equal(await page.locator("#where").inputValue(), "大学路");
  await page.locator("luyuan-map[data-ready]").waitFor();
  await look(page, "new-where-street-390");
  await page.context().close();
});

test("without scripts an order is placed all the same", async () => {
  const context = await site.browser.newContext({ javaScriptEnabled: false, viewport: { width: 390, height: 844 }, locale: "zh-CN" });
  const page = await context.newPage();
  await page.goto(`${site.address}/orders/new`);
  await page.locator("#where").fill("金祥花园 3号楼");
  await page.locator("input[name=category][value=E06027]").check();
  await page.locator("#description").fill("楼下烧烤油烟大");
  await page.locator("fieldset[data-step=contact] .button").click();
  await page.getByRole("button", { name: /金祥花园.*负责/ }).first().click();
  await page.locator(".done .number").waitFor();
});

test("a form from elsewhere is refused", async () => {
  const answer = await fetch(`${site.address}/orders`, { method: "POST", headers: { "content-type": "application/x-www-form-urlencoded", cookie: "luyuan_form=abc" }, body: "token=other&category=E01037&description=x&address=y" });
  assert.equal(answer.status, 403);
});
