// Takes the screenshots of the readmes anew, from a demonstration of its own:
// LUYUAN_PROGRAM=target/debug/luyuan node docs/screenshots/take.mjs
import { start, window } from "../../tests/browser/site.mjs";

const WORDS = { zh: "二号楼门口的路灯三天不亮了，晚上老人下楼看不见路。", en: "The street light at building 2 has been out for three days." };
const file = (language, name) => new URL(`${language}-${name}.png`, import.meta.url).pathname;
const site = await start();

/** A map draws itself after its page: wait until it has what it shows. */
async function drawn(page) {
  await page.locator("luyuan-map[data-ready]").waitFor();
  await page.waitForLoadState("networkidle");
}

for (const [language, locale] of [["zh", "zh-CN"], ["en", "en"]]) {
  const desk = await window(site, 1280, locale);
  await desk.goto(`${site.address}/orders`);
  await drawn(desk);
  await desk.screenshot({ path: file(language, "orders-1280") });
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
  await phone.locator('.choice:has(input[value="E01037"])').click();
  await phone.locator("#description").fill(WORDS[language]);
  await next.click();
  await phone.locator("fieldset[data-step=contact] .button").click();
  // Somebody may have said the same before: this one is placed all the same.
  const other = phone.locator("form:has(input[name=confirmed]) button");
  await phone.locator(".done .number").or(other.first()).first().waitFor();
  if (await other.count()) await other.first().click();
  await phone.locator(".done .number").waitFor();
  await phone.screenshot({ path: file(language, "placed-390"), fullPage: true });
}
await site.stop();
