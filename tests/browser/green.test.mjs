// A park is put on the map and dragged, and the number changes: at a desk and on a phone.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { logIn, look, start, window } from "./site.mjs";

let site, needy;
before(async () => {
  site = await start();
  // Where most residents without a park live: a door whose pocket park brings most.
  const { doors } = await (await fetch(`${site.address}/green/map`)).json();
  let most = -1;
  for (const [, lon, lat, , reached] of doors.filter((door) => (door[4] & 2) === 0).filter((_, n) => n % 25 === 0)) {
    const edits = [{ edit: "park", entrances: [{ lon, lat }], square_metres: 600, is_park: true }];
    const answer = await fetch(`${site.address}/api/v1/green/what-if`, { method: "POST", headers: { "content-type": "application/json", authorization: `Bearer ${site.key}` }, body: JSON.stringify({ edits }) });
    if (!answer.ok) continue;
    const gained = (await answer.json()).goals[1].residents_gained;
    if (gained > most) { most = gained; needy = { lon, lat }; }
  }
  assert.ok(most > 0);
});
after(async () => { await site.stop(); });

const ready = (page) => page.locator("luyuan-green[data-ready]").first().waitFor();
const gained = (page) => page.locator("luyuan-green").first().getAttribute("data-gained").then(Number);
const settled = (page, was) => page.waitForFunction((was) => document.querySelector("luyuan-green").dataset.gained !== was, String(was));

for (const width of [390, 1280]) {
  for (const language of ["zh-CN", "en"]) {
    test(`a park is dragged and the number changes, ${width} ${language}`, async () => {
      const page = await window(site, width, language);
      await page.goto(`${site.address}/green`);
      await page.locator(".green-map").scrollIntoViewIfNeeded();
      await ready(page);
      await look(page, `green-${width}-${language}`);
      // Somewhere it brings little, then dragged to where it brings more or less: the figure follows.
      await page.goto(`${site.address}/green?edit=${encodeURIComponent(`park@${needy.lon.toFixed(6)},${needy.lat.toFixed(6)}@600`)}`);
      await page.locator(".green-map").scrollIntoViewIfNeeded();
      await ready(page);
      await page.waitForFunction(() => Number(document.querySelector("luyuan-green").dataset.gained) > 0);
      const before = await gained(page), shown = await page.locator("[data-figure=park] [data-now]").innerText();
      await look(page, `green-try-${width}-${language}`);
      const marker = page.locator(".green-mark").first();
      await marker.scrollIntoViewIfNeeded();
      const box = await marker.boundingBox();
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      await page.mouse.move(x, y);
      await page.mouse.down();
      const numbers = new Set([before]);
      for (let step = 1; step <= 12; step++) {
        const answered = page.waitForResponse((answer) => answer.url().endsWith("/green/what-if"));
        await page.mouse.move(x + step * 9, y + step * 6);
        await answered;
        numbers.add(await gained(page));
      }
      await page.mouse.up();
      await page.waitForFunction((shown) => document.querySelector("[data-figure=park] [data-now]").textContent !== shown, shown);
      assert.ok(numbers.size > 1, `the number stood still while dragging: ${[...numbers]}`);
      // What stands in the address now is what is shown: opened again it tells the same.
      await settledAddress(page);
      const now = await page.locator("[data-figure=park] [data-now]").innerText();
      await page.reload();
      assert.equal(await page.locator("[data-figure=park] [data-now]").innerText(), now);
    });
  }
}

/** Waits until the last question was answered. */
async function settledAddress(page) {
  await page.waitForLoadState("networkidle");
}

test("arrow keys move a park as well, Delete takes it away", async () => {
  const page = await window(site, 1280);
  await page.goto(`${site.address}/green?edit=${encodeURIComponent(`park@${needy.lon.toFixed(6)},${needy.lat.toFixed(6)}@600`)}`);
  await page.locator(".green-map").scrollIntoViewIfNeeded();
  await ready(page);
  await page.waitForFunction(() => Number(document.querySelector("luyuan-green").dataset.gained) > 0);
  const before = await gained(page);
  await page.locator(".green-mark").first().focus();
  for (let n = 0; n < 6; n++) await page.keyboard.press("Shift+ArrowUp");
  await settled(page, before);
  await page.locator(".green-mark").first().focus();
  await page.keyboard.press("Delete");
  await page.waitForFunction(() => document.querySelector("luyuan-green").dataset.gained === "0");
  assert.equal(await page.locator(".green-mark").count(), 0);
  await page.getByText("还没有放任何东西").waitFor();
});

test("staff keep two scenarios, anybody lays them side by side", async () => {
  const page = await window(site, 1280);
  await logIn(site, page, "community");
  const links = [];
  for (const [name, shift] of [["口袋公园甲", 0], ["口袋公园乙", 0.002]]) {
    await page.goto(`${site.address}/green?edit=${encodeURIComponent(`park@${(needy.lon + shift).toFixed(6)},${needy.lat.toFixed(6)}@600`)}`);
    await page.locator("#name").fill(name);
    await page.getByRole("button", { name: "保存", exact: true }).click();
    await page.waitForURL("**/green/scenarios/*");
    links.push(page.url());
  }
  const id = links[1].split("/").pop();
  for (const [width, language] of [[390, "zh-CN"], [1280, "en"]]) {
    const reader = await window(site, width, language);
    await reader.goto(`${links[0]}?beside=${id}`);
    for (const map of await reader.locator("luyuan-green").all()) {
      await map.scrollIntoViewIfNeeded();
      await map.and(reader.locator("[data-ready]")).waitFor();
    }
    await look(reader, `green-beside-${width}-${language}`);
    await reader.goto(`${site.address}/green/scenarios`);
    await look(reader, `green-scenarios-${width}-${language}`);
  }
  const paper = await window(site, 1280);
  await paper.goto(links[0]);
  await paper.emulateMedia({ media: "print" });
  await look(paper, "green-print");
  // Removed after a second question.
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(links[1]);
  await page.getByRole("link", { name: "移除方案" }).click();
  await look(page, "green-remove-390");
  await page.getByRole("button", { name: "移除" }).click();
  await page.waitForURL("**/green/scenarios");
  assert.ok(!(await page.locator("main").innerText()).includes("口袋公园乙"));
});

test("entrances and crossings are proposed by themselves", async () => {
  for (const [width, language] of [[390, "zh-CN"], [1280, "en"]]) {
    const page = await window(site, width, language);
    await page.goto(`${site.address}/green/next`);
    await page.locator("input[name=by][value=budget]").check();
    await page.locator("input[name=from][value=none]").check();
    await page.locator("input[name=entrances]").check();
    await page.locator("input[name=crossings]").check();
    await look(page, `green-propose-${width}-${language}`);
    await page.locator("form[enctype] .button").click();
    await page.locator("#plan").waitFor();
    assert.ok((await page.locator(".green-table tbody tr").count()) > 0);
    assert.ok(await page.locator("input[name=crossings]").isChecked(), "what was chosen stays");
    await look(page, `green-proposed-${width}-${language}`);
    await page.context().close();
  }
});

test("why a park is far is told and drawn, also without a script", async () => {
  const context = await site.browser.newContext({ javaScriptEnabled: false, viewport: { width: 390, height: 844 }, locale: "zh-CN" });
  const page = await context.newPage();
  await page.goto(`${site.address}/green/why`);
  await page.locator("#q").fill("金祥花园");
  await page.getByRole("button", { name: "找" }).click();
  await page.locator("main ul a").first().click();
  await page.locator(".sketch svg").waitFor();
  await page.goto(`${site.address}/green`);
  await page.locator("summary").click();
  await page.locator("#at").fill("金祥花园");
  await page.getByRole("button", { name: "试一试" }).click();
  await page.getByText("新公园 600 m²").waitFor();
  await context.close();
  for (const language of ["zh-CN", "en"]) {
    const drawn = await window(site, 390, language);
    await drawn.goto(`${site.address}/green/why?q=${encodeURIComponent("金祥花园")}`);
    await drawn.locator("main ul a").first().click();
    await look(drawn, `green-why-390-${language}`);
  }
});
