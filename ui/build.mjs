// Builds the interface into dist/: one script, one style sheet, and the map library's own modules,
// which a page loads only when it shows a map.
import { build } from "esbuild";
import { cpSync, mkdirSync, rmSync } from "node:fs";

rmSync("dist", { recursive: true, force: true });
mkdirSync("dist");
await build({
  entryPoints: ["src/app.ts", "src/style.css"],
  outdir: "dist",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  external: ["./maplibre-gl.mjs"],
  legalComments: "none",
});
for (const file of ["maplibre-gl.mjs", "maplibre-gl-shared.mjs", "maplibre-gl-worker.mjs", "maplibre-gl.css"]) {
  cpSync(`node_modules/maplibre-gl/dist/${file}`, `dist/${file}`);
}
cpSync("node_modules/maplibre-gl/LICENSE.txt", "dist/maplibre-gl.LICENSE.txt");
cpSync("node_modules/htmx.org/dist/htmx.min.js", "dist/htmx.min.js");
