// What is asked before an order is sent, and what happens between several people and organisations.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { photoAt } from "./photo.mjs";
import { logIn, look, onward, start, window } from "./site.mjs";

let site;
before(async () => { site = await start(); });
after(async () => { await site.stop(); });

/** The form filled in with the address alone, as on a phone whose owner taps no map. */
async function typed(page, address, category, words) {
  await page.goto(`${site.address}/orders/new`);
  await page.locator("#where").fill(address);
  await page.locator(".steps-bar .button:not(.quiet)").click();
  await page.locator("#filter").fill(category);
  await page.locator(".choice:visible", { hasText: category }).first().click();
  await page.locator("#description").fill(words);
  await page.locator(".steps-bar .button:not(.quiet)").click();
  await page.locator("fieldset[data-step=contact] .button").click();
}

test("an address that names a place is asked about, then the category's own questions", async () => {
  const page = await window(site, 390);
  await typed(page, "金祥花园南门口", "路灯不亮", "门口第二根灯杆不亮");
  await page.getByRole("heading", { name: "您说的是哪里？" }).waitFor();
  await look(page, "which-390");
  await page.getByRole("button", { name: /金祥花园.*楼院党组织负责/ }).click();
  const similar = page.getByRole("button", { name: "都不是，继续下单" });
  await similar.or(page.getByText("什么样")).first().waitFor();
  if (await similar.count()) await similar.click();
  await page.getByText("忽亮忽灭").click();
  await look(page, "questions-390");
  await page.getByRole("button", { name: "提交" }).click();
  await page.locator(".done .number").waitFor();
  await page.locator(".given", { hasText: "忽亮忽灭" }).waitFor();
  await page.locator(".chain .now", { hasText: "金祥花园楼院党组织" }).waitFor();
  await page.locator("luyuan-map").scrollIntoViewIfNeeded();
  await page.locator("luyuan-map[data-ready]").waitFor();
  await look(page, "answered-390");
});

test("near a border the resident says on which side", async () => {
  const page = await window(site, 390);
  // Along the line between two communities there is a point that both are near to.
  const shapes = await (await fetch(`${site.address}/places/shapes?kinds=community`)).json();
  const ring = shapes.features.map((feature) => feature.geometry).find((geometry) => geometry.type === "Polygon").coordinates[0];
  let asked = false;
  for (const [lon, lat] of ring.slice(0, 12)) {
    await page.goto(`${site.address}/orders/new?lon=${lon}&lat=${lat}`);
    await page.locator(".steps-bar .button:not(.quiet)").click();
    await page.locator(".choice:visible", { hasText: "垃圾没人清" }).first().click();
    await page.locator("#description").fill("路边垃圾没人清");
    await page.locator(".steps-bar .button:not(.quiet)").click();
    await page.locator("fieldset[data-step=contact] .button").click();
    await page.waitForLoadState();
    asked = (await page.getByRole("heading", { name: "在哪一边？" }).count()) === 1;
    if (asked) break;
  }
  assert.ok(asked, "no corner of the community was asked about");
  await look(page, "which-side-390");
  const other = page.locator("form .pick").nth(1);
  const holder = (await other.locator("span").last().innerText()).replace(/^由|负责$/g, "");
  await other.click();
  const { number } = await onward(page);
  await page.goto(`${site.address}/orders/${number}`);
  await page.locator(".standing strong", { hasText: holder }).waitFor();
});

test("a photo shows where it is, and does not keep it", async () => {
  const page = await window(site, 390);
  const [where] = await (await fetch(`${site.address}/places/search?q=lyxq`)).json();
  await page.goto(`${site.address}/orders/new`);
  const photo = await photoAt(page, where.lon, where.lat);
  await page.locator("[data-position]").setInputFiles({ name: "photo.jpg", mimeType: "image/jpeg", buffer: photo });
  await page.locator(".said", { hasText: where.name }).waitFor();
  await page.locator(".steps-bar .button:not(.quiet)").click();
  await page.locator(".choice:visible", { hasText: "垃圾没人清" }).first().click();
  await page.locator(".previews img").waitFor();
  await page.locator("#description").fill("门口垃圾两天没清");
  await page.locator(".steps-bar .button:not(.quiet)").click();
  await page.locator("fieldset[data-step=contact] .button").click();
  await onward(page);
  const kept = await page.locator("article img").first().getAttribute("src");
  const bytes = Buffer.from(await (await fetch(site.address + kept)).arrayBuffer());
  assert.ok(!bytes.includes("Exif"), "the position stays behind");
});

test("who is called to help finds it, reports, and only then it is answered", async () => {
  const resident = await window(site, 390);
  await typed(resident, "院里", "垃圾没人清", "协办测试：垃圾堆在门口");
  const { number } = await onward(resident);
  // Nobody answers for an address without a place: the district decides.
  const district = await window(site, 1280);
  await logIn(site, district, "district");
  await district.getByRole("link", { name: /待分派/ }).click();
  await district.locator(".row", { hasText: number }).waitFor();
  await look(district, "triage-1280");
  await district.goto(`${site.address}/work/orders/${number}`);
  await district.locator("#route-org").selectOption({ label: "二七区委" });
  await district.locator("#route-reason").fill("区里直接办");
  await district.getByRole("button", { name: "派单" }).click();
  await district.getByRole("button", { name: "接单", exact: true }).click();
  await district.locator("#contact-note").fill("没有留电话");
  await district.getByRole("button", { name: "已联系反映人" }).click();
  await district.locator("summary", { hasText: "吹哨" }).click();
  await district.locator("#whistle-org").selectOption({ label: "区城市管理局" });
  await district.locator("#ask").fill("请清运");
  await district.getByRole("button", { name: "吹哨" }).click();
  await district.getByText("请清运").first().waitFor();

  const city = await window(site, 1280);
  await logIn(site, city, "city");
  await city.getByRole("link", { name: /等我报到/ }).click();
  await city.locator(".row", { hasText: number }).locator("a").click();
  await look(city, "called-1280");
  await city.locator("#report").fill("已清运一车");
  await city.getByRole("button", { name: "报到" }).click();
  await city.getByText("已清运一车").first().waitFor();
  await city.goto(`${site.address}/work`);
  await city.locator(".tabs").waitFor();
  assert.equal(await city.getByRole("link", { name: /等我报到/ }).count(), 0);
});

test("two orders are joined, and the old link leads on", async () => {
  const page = await window(site, 390);
  const links = [];
  for (const words of ["合并测试：电梯停了", "合并测试：电梯又停了"]) {
    await typed(page, "金祥花园", "电梯故障", words);
    await page.getByRole("button", { name: /金祥花园.*负责/ }).first().click();
    links.push(await onward(page));
  }
  const office = await window(site, 1280);
  await logIn(site, office, "compound");
  await office.goto(`${site.address}/work/orders/${links[1].number}`);
  await look(office, "duplicates-1280");
  await office.getByRole("button", { name: `把这件合并到 ${links[0].number}` }).click();
  await office.waitForURL(`**/work/orders/${links[0].number}`);
  await office.getByText("2 人反映").first().waitFor();
  await page.goto(links[1].link.replace(/^http:\/\/[^/]+/, site.address));
  await page.getByText(`${links[0].number} ·`).waitFor();
  await page.getByText("2 人反映").waitFor();
  await page.locator("luyuan-copy").waitFor();
  // Whoever was joined still adds photos and rates.
  await page.locator("summary", { hasText: "补充照片" }).click();
  const photo = await photoAt(page, 113.64, 34.73);
  await page.locator("#photo").setInputFiles({ name: "photo.jpg", mimeType: "image/jpeg", buffer: photo });
  await page.getByRole("button", { name: "上传" }).click();
  await page.locator("article img").waitFor();
});

test("an order taken in by phone has a receipt to hand over", async () => {
  const office = await window(site, 1280);
  await logIn(site, office, "community");
  await office.goto(`${site.address}/work/intake?place=410103012012001`);
  await look(office, "intake-1280");
  for (let step = 0; step < 2; step += 1) await office.locator(".steps-bar .button:not(.quiet)").click();
  await office.locator(".choice:visible", { hasText: "政策咨询" }).first().click();
  await office.locator("#description").fill("问加装电梯怎么申请");
  await office.locator(".steps-bar .button:not(.quiet)").click();
  await office.locator("#phone").fill("13900005678");
  await office.locator("fieldset[data-step=contact] .button").click();
  await office.locator(".receipt .number").waitFor();
  const link = await office.locator("luyuan-copy input").inputValue();
  await look(office, "receipt-1280");
  const resident = await window(site, 390);
  await resident.goto(link.replace(/^http:\/\/[^/]+/, site.address));
  await resident.locator("luyuan-copy").waitFor();
});

test("a point outside the district is asked about, and nothing that was typed is lost", async () => {
  const page = await window(site, 390);
  await page.goto(`${site.address}/orders/new?lon=2.35&lat=48.85`);
  await page.locator(".steps-bar .button:not(.quiet)").click();
  await page.locator(".choice:visible", { hasText: "垃圾没人清" }).first().click();
  await page.locator("#description").fill("外地写的：院门口垃圾");
  await page.locator(".steps-bar .button:not(.quiet)").click();
  await page.locator("#phone").fill("13700001111");
  await page.locator("fieldset[data-step=contact] .button").click();
  await page.getByRole("heading", { name: "这个位置不在本区" }).waitFor();
  await look(page, "outside-390");
  await page.locator("#where").pressSequentially("lyxq");
  await page.locator(".found li").first().click();
  await page.getByRole("button", { name: "提交" }).click();
  const { number } = await onward(page);
  await page.goto(`${site.address}/orders/${number}`);
  await page.getByText("外地写的：院门口垃圾").waitFor();
});

test("an open page hears that its order changed", async () => {
  const resident = await window(site, 390);
  await typed(resident, "金祥花园", "电梯故障", "现场更新测试：电梯门关不上");
  const { number } = await onward(resident);
  const stranger = await window(site, 1280);
  await stranger.goto(`${site.address}/orders/${number}`);
  await stranger.locator(".badge", { hasText: "已下单" }).or(stranger.locator(".badge", { hasText: "等待接单" })).first().waitFor();
  const office = await window(site, 1280);
  await logIn(site, office, "district");
  await office.goto(`${site.address}/work/orders/${number}`);
  await office.locator("#route-org").selectOption({ label: "二七区委" });
  await office.locator("#route-reason").fill("试");
  await office.getByRole("button", { name: /^(派单|改派)$/ }).click();
  await stranger.getByRole("button", { name: "有新进展，点此刷新" }).click();
  await stranger.locator(".standing", { hasText: "二七区委" }).waitFor();
});

test("a page of the staff's side leads there after logging in, and the keyboard moves through it", async () => {
  const page = await window(site, 1280);
  await page.goto(`${site.address}/work?due=all`);
  await page.getByText("请先登录").waitFor();
  await look(page, "login-first-1280");
  await page.locator('form:has(input[name=login][value="district"]) button').click();
  await page.waitForURL("**/work?due=all");
  await page.locator(".desk-rows .row").first().waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  const second = await page.locator(".desk-rows .row a").nth(1).getAttribute("href");
  await page.keyboard.press("Enter");
  await page.waitForURL(`**${second}`);
});
