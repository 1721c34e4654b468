// Takes the screenshots of the readmes anew, from a demonstration of its own:
// LUYUAN_PROGRAM=target/debug/luyuan node docs/screenshots/take.mjs
import { start, window } from "../../tests/browser/site.mjs";

const WORDS = { zh: "院门口的公厕三天没有水，洗不了手。", en: "The public toilet by the gate has had no water for three days." };
const file = (language, name) => new URL(`${language}-${name}.png`, import.meta.url).pathname;
const site = await start();

/** A map draws itself after its page: wait until it has what it shows. */
async function drawn(page) {
  await page.locator("luyuan-map[data-ready]").waitFor();
  await page.waitForLoadState("networkidle");
}

async function take(language, locale) {
  const desk = await window(site, 1280, locale);
  await desk.goto(`${site.address}/orders`);
  await drawn(desk);
  await desk.screenshot({ path: file(language, "orders-1280") });
  // A pocket park in the old town, tried on the map.
  await desk.goto(`${site.address}/green?edit=${encodeURIComponent("park@113.643010,34.719420@600")}`);
  await desk.locator("luyuan-green[data-ready]").waitFor();
  await desk.waitForFunction(() => Number(document.querySelector("luyuan-green").dataset.gained) > 0);
  await desk.waitForLoadState("networkidle");
  await desk.locator(".reach").evaluate((figures) => figures.scrollIntoView());
  await desk.screenshot({ path: file(language, "green-1280") });
  await desk.goto(`${site.address}/login`);
  await desk.locator('form:has(input[name=login][value="compound"]) button').click();
  await desk.waitForURL("**/work");
  await desk.screenshot({ path: file(language, "work-1280") });

  const phone = await window(site, 390, locale);
  await phone.goto(`${site.address}/orders/new`);
  await phone.locator("#where").pressSequentially("jxhy");
  await phone.locator(".found li").first().click();
  await drawn(phone);
  await phone.screenshot({ path: file(language, "new-390"), fullPage: true });
  const next = phone.locator(".steps-bar .button:not(.quiet)");
  await next.click();
  await phone.locator(".choice", { hasText: language === "zh" ? "公厕问题" : "Public toilet" }).first().click();
  await phone.locator("#description").fill(WORDS[language]);
  await next.click();
  await phone.locator("fieldset[data-step=contact] .button").click();
  // Somebody may have said the same before: this one is placed all the same.
  const other = phone.locator("form:has(input[name=asked][value=similar]) button").first();
  await phone.locator(".done .number").or(other).first().waitFor();
  if (await other.isVisible()) await other.click();
  await phone.locator(".done .number").waitFor();
  await phone.locator("luyuan-map").scrollIntoViewIfNeeded();
  await drawn(phone);
  await phone.screenshot({ path: file(language, "placed-390"), fullPage: true });
}

try {
  await take("zh", "zh-CN");
  await take("en", "en");
} finally {
  await site.stop();
}
