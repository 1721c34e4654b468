// What administrators and organisations look after: notices, deliveries, roles, keys, the audit trail.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { freePort, logIn, look, start, window } from "./site.mjs";

let site;
// A mail server that is not there: messages fail, are tried again, and are seen.
before(async () => { site = await start("127.0.0.1", { LUYUAN_SMTP: `smtp://127.0.0.1:${await freePort()}` }); });
after(async () => { await site.stop(); });

/** Logs in as the administrator, whose home is not the list of orders. */
async function enter(page) {
  await page.goto(`${site.address}/login`);
  await page.locator('form:has(input[name=login][value="admin"]) button').click();
  await page.waitForURL("**/admin");
}

/** Nothing is cut off: each cell of a table lies within the window. */
async function whole(page, name) {
  const cut = await page.evaluate(() => [...document.querySelectorAll("table.cards td, table.cards tbody th")].filter((cell) => {
    const { left, right } = cell.getBoundingClientRect();
    return left < 0 || right > document.documentElement.clientWidth + 1;
  }).map((cell) => cell.textContent.trim().slice(0, 40)));
  assert.deepEqual(cut, [], name);
}

test("an organisation reads its notices", async () => {
  const answer = await fetch(`${site.address}/api/v1/orders`, { method: "POST", headers: { "content-type": "application/json", authorization: `Bearer ${site.key}` }, body: JSON.stringify({ category: "E01037", description: "门口路灯不亮", place: "410103012012001", contact: { email: "li@example.org" } }) });
  assert.equal(answer.status, 201);
  const { number } = await answer.json();
  for (const [width, language, read] of [[390, "zh-CN", "全部标为已读"], [1280, "en", ""]]) {
    const page = await window(site, width, language);
    await logIn(site, page, "compound");
    await page.goto(`${site.address}/work/notices`);
    await page.getByText(number).first().waitFor();
    await look(page, `notices-${width}-${language}`);
    if (read) {
      const button = page.getByRole("button", { name: read });
      if (await button.count()) {
        await button.first().click();
        await page.waitForLoadState();
        await look(page, `notices-read-${width}-${language}`);
      }
    }
  }
});

test("an administrator sees what became of messages, tries again, and gives up", async () => {
  const page = await window(site, 390);
  await enter(page);
  await page.goto(`${site.address}/work/deliveries?state=failed`);
  // The worker takes a moment for the first attempt.
  for (let tries = 0; !(await page.locator("table.cards tbody tr").count()); tries += 1) {
    assert.ok(tries < 50, "no message failed");
    await page.waitForTimeout(200);
    await page.reload();
  }
  for (const [width, language] of [[390, "zh-CN"], [390, "en"], [1280, "en"]]) {
    const office = await window(site, width, language);
    await enter(office);
    await office.goto(`${site.address}/work/deliveries?state=failed`);
    await office.locator("table.cards tbody tr").first().waitFor();
    await look(office, `deliveries-${width}-${language}`);
    await whole(office, `deliveries-${width}-${language}`);
  }
  await page.getByRole("button", { name: "不再发" }).first().click();
  await page.waitForURL("**state=withdrawn");
  await look(page, "deliveries-withdrawn-390");
  await page.goto(`${site.address}/admin/audit`);
  await page.getByText("放弃一项任务").waitFor();
});

test("tables of administrators are whole on a phone, in both languages", async () => {
  for (const language of ["zh-CN", "en"]) {
    for (const width of [390, 1280]) {
      const page = await window(site, width, language);
      await enter(page);
      for (const name of ["", "roles", "keys", "invitations", "audit"]) {
        await page.goto(`${site.address}/admin/${name}`.replace(/\/$/, ""));
        await look(page, `admin-${name || "home"}-${width}-${language}`);
        await whole(page, `admin-${name}-${width}-${language}`);
      }
    }
  }
});
