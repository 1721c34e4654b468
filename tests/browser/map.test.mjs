// The base map: streets of our own with their names, in both languages, light and dark, from no other
// host. Pictures go to shots/ for people to look at.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { look, start, window } from "./site.mjs";

let site;
before(async () => (site = await start()));
after(() => site?.stop());

/** The names of roads that are drawn, as they are written, once the map at a point is still. */
async function drawn(page, zoom) {
  await page.locator("luyuan-map[data-ready]").waitFor();
  return page.evaluate(async (zoom) => {
    const { map } = document.querySelector("luyuan-map");
    const still = new Promise((done) => map.once("idle", done));
    map.jumpTo({ center: [113.642, 34.733], zoom });
    await still;
    const found = map.queryRenderedFeatures({ layers: ["road-names", "small-road-names"] });
    return [...new Set(found.map(({ layer, properties }) => String(layer.layout["text-field"] ?? properties.name)))];
  }, zoom);
}

for (const language of ["zh-CN", "en"]) {
  for (const width of [390, 1280]) {
    for (const scheme of ["light", "dark"]) {
      test(`roads have their names: ${language}, ${width} px, ${scheme}`, async () => {
        const page = await window(site, width, language, scheme);
        const hosts = new Set();
        page.on("request", (request) => request.url().startsWith("http") && hosts.add(new URL(request.url()).host));
        await page.goto(`${site.address}/orders`);
        const names = await drawn(page, 14.5);
        const letters = language === "en" ? /^[\p{Script=Latin}' \d]+$/u : /\p{Script=Han}/u;
        assert.ok(names.length > 1, `only ${names}`);
        assert.ok(names.every((name) => letters.test(name)), `${names}`);
        assert.match(await page.locator("luyuan-map .credit").innerText(), language === "en" ? /not surveyed/ : /非实测/);
        await look(page, `map-${width}-${language}-${scheme}`);
        await drawn(page, 12);
        await page.locator("luyuan-map").screenshot({ path: new URL(`shots/map-${width}-${language}-${scheme}-far.png`, import.meta.url).pathname });
        await drawn(page, 16.2);
        await page.locator("luyuan-map").screenshot({ path: new URL(`shots/map-${width}-${language}-${scheme}-near.png`, import.meta.url).pathname });
        assert.deepEqual([...hosts], [new URL(site.address).host], "no other host is asked");
        assert.deepEqual(page.errors, []);
        await page.context().close();
      });
    }
  }
}
