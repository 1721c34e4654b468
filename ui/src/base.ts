// The base map: our own vector tiles and how they look, in light and dark, in the page's language.
// Without a base map the district's own shapes take its place (map.ts).
import type { ExpressionSpecification, LayerSpecification, VectorSourceSpecification } from "maplibre-gl";

export interface BaseMap {
  tiles: string[];
  attribution: string;
  minzoom: number;
  maxzoom: number;
  bounds: [number, number, number, number] | null;
  made: boolean;
}

/** The base map of this site; nothing where none was imported. */
export async function describe(): Promise<BaseMap | undefined> {
  const answer = await fetch("/tiles/base.json");
  if (answer.status !== 200) return undefined;
  const found = (await answer.json()) as BaseMap;
  // By whatever name this page was opened: only that host may be asked.
  return { ...found, tiles: found.tiles.map((tile) => tile.replace(/^https?:\/\/[^/]+/, location.origin)) };
}

const LIGHT = {
  ground: "#f6f4ee", residential: "#efece3", commercial: "#f3eae0", industrial: "#ebeae6", institution: "#efe9dd",
  farm: "#f1f0e0", grass: "#e0ecd5", wood: "#cfe2c4", park: "#cbe5c0", pitch: "#d5e8d0", cemetery: "#dbe4d3", square: "#f2ede6",
  water: "#b4d6e6", building: "#e2dccf", buildingLine: "#d0c8b6",
  road: "#ffffff", casing: "#d3ccbc", main: "#fff1cc", mainCasing: "#dcc08a", fast: "#ffdf9e", fastCasing: "#cda35a", path: "#b5a88f",
  rail: "#aaa49a", text: "#3c3a34", soft: "#6a665b", green: "#2d6a38", blue: "#2f6a86", halo: "#fdfcf9",
};
const DARK: typeof LIGHT = {
  ground: "#16191b", residential: "#1b1f21", commercial: "#211f1e", industrial: "#1d1e1f", institution: "#221f1b",
  farm: "#1b1e17", grass: "#1c2a1e", wood: "#1b2e20", park: "#1f3a27", pitch: "#1e3225", cemetery: "#1e261f", square: "#22221f",
  water: "#1d3947", building: "#272b2d", buildingLine: "#353a3d",
  road: "#40464a", casing: "#22272a", main: "#565346", mainCasing: "#262521", fast: "#6d6143", fastCasing: "#2b2820", path: "#5b574c",
  rail: "#565a5c", text: "#e4e1d8", soft: "#b3afa4", green: "#9fd0a6", blue: "#93c5dc", halo: "#14181a",
};

/** Whether the page is read in the dark. */
export function dark(): boolean {
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

type Stops = [number, number][];
const by = (stops: Stops, base = 1.5): ExpressionSpecification =>
  ["interpolate", ["exponential", base], ["zoom"], ...stops.flat()] as unknown as ExpressionSpecification;
const kinds = (...names: string[]): ExpressionSpecification => ["match", ["get", "kind"], names, true, false];
const wider = (stops: Stops, more: number): Stops => stops.map(([zoom, width]) => [zoom, width + more]);

/** Roads from the least to the greatest: kinds, first zoom, widths, colours of line and edge. */
const ROADS: [id: string, kinds: string[], from: number, width: Stops, line: keyof typeof LIGHT, edge: keyof typeof LIGHT][] = [
  ["service", ["service"], 14, [[14, 0.6], [16, 3], [18, 9]], "road", "casing"],
  ["minor", ["minor", "pedestrian"], 12, [[12, 0.6], [14, 2], [16, 7], [18, 18]], "road", "casing"],
  ["tertiary", ["tertiary", "link"], 11, [[11, 0.8], [14, 3.2], [16, 10], [18, 24]], "road", "casing"],
  ["secondary", ["secondary"], 10, [[10, 0.8], [13, 2.6], [16, 12], [18, 28]], "main", "mainCasing"],
  ["primary", ["primary", "trunk"], 8, [[8, 0.8], [12, 2.6], [14, 5.5], [16, 15], [18, 34]], "main", "mainCasing"],
  ["motorway", ["motorway"], 8, [[8, 1], [12, 3], [14, 5], [16, 13], [18, 28]], "fast", "fastCasing"],
];

/** The source of the base map. */
export function source(base: BaseMap): VectorSourceSpecification {
  return {
    type: "vector", tiles: base.tiles, minzoom: base.minzoom, maxzoom: base.maxzoom,
    ...(base.bounds ? { bounds: base.bounds } : {}),
  };
}

/** The ground below everything. */
export function ground(): LayerSpecification {
  return { id: "ground", type: "background", paint: { "background-color": (dark() ? DARK : LIGHT).ground } };
}

/** Land, water, buildings and roads; the district's borders and orders are drawn above them. */
export function below(): LayerSpecification[] {
  const c = dark() ? DARK : LIGHT;
  const land = ["residential", "commercial", "industrial", "institution", "farm", "grass", "wood", "park", "pitch", "cemetery", "square"] as const;
  const fill = land.flatMap((kind) => [kind, c[kind]]);
  const layer = (name: string) => ({ source: "base", "source-layer": name });
  const round = { "line-cap": "round" as const, "line-join": "round" as const };
  return [
    { id: "land", type: "fill", ...layer("land"), paint: { "fill-color": ["match", ["get", "kind"], ...fill, c.ground] as unknown as ExpressionSpecification } },
    { id: "water", type: "fill", ...layer("water"), paint: { "fill-color": c.water } },
    { id: "rivers", type: "line", ...layer("waterway"), layout: round, paint: { "line-color": c.water, "line-width": ["match", ["get", "kind"], "stream", 1, 2.5] } },
    { id: "buildings", type: "fill", ...layer("building"), minzoom: 14, paint: { "fill-color": c.building, "fill-outline-color": c.buildingLine, "fill-opacity": by([[14, 0.4], [15.5, 1]], 1) } },
    { id: "paths", type: "line", ...layer("road"), minzoom: 14.5, filter: kinds("path"), paint: { "line-color": c.path, "line-width": by([[14, 0.5], [18, 2]]), "line-dasharray": [3, 2] } },
    ...ROADS.map(([id, names, minzoom, width, , edge]): LayerSpecification => ({
      id: `${id}-edge`, type: "line", ...layer("road"), minzoom, filter: kinds(...names), layout: round,
      paint: { "line-color": c[edge], "line-width": by(wider(width, 1.4)) },
    })),
    ...ROADS.map(([id, names, minzoom, width, line]): LayerSpecification => ({
      id, type: "line", ...layer("road"), minzoom, filter: kinds(...names), layout: round,
      paint: { "line-color": c[line], "line-width": by(width) },
    })),
    { id: "rails", type: "line", ...layer("rail"), paint: { "line-color": c.rail, "line-width": by([[10, 0.7], [16, 2.2]]) } },
    { id: "sleepers", type: "line", ...layer("rail"), minzoom: 14, filter: kinds("railway"), paint: { "line-color": c.rail, "line-width": by([[14, 2.5], [16, 6]]), "line-dasharray": [0.3, 3] } },
  ];
}

/** The names, above everything that is drawn. */
export function names(): LayerSpecification[] {
  const c = dark() ? DARK : LIGHT;
  const root = document.documentElement;
  // The page's own letters, and its own size: somebody who reads large text reads a large map.
  const size = (root.classList.contains("large") ? 1.4 : 1) * 1;
  const english = root.lang.toLowerCase().startsWith("en");
  const name: ExpressionSpecification = ["coalesce", ["get", english ? "name_en" : "name_zh"], ["get", "name"]];
  const font = ["system-ui", "sans-serif"];
  const text = { "text-field": name, "text-font": font, "text-padding": 3 };
  const paint = (colour: string) => ({ "text-color": colour, "text-halo-color": c.halo, "text-halo-width": 1.6, "text-halo-blur": 0.3 });
  const label = { source: "base", "source-layer": "label" };
  const large: ExpressionSpecification = ["match", ["get", "kind"], ["primary", "trunk", "motorway"], 14 * size, ["secondary", "tertiary"], 13 * size, 12 * size];
  return [
    { id: "land-names", type: "symbol", ...label, minzoom: 15, filter: kinds("land_name"), layout: { ...text, "text-size": 12 * size, "text-max-width": 7 }, paint: paint(c.soft) },
    { id: "green-names", type: "symbol", ...label, filter: kinds("park_name"), layout: { ...text, "text-size": 13 * size, "text-max-width": 6 }, paint: paint(c.green) },
    { id: "water-names", type: "symbol", ...label, filter: kinds("water_name"), layout: { ...text, "text-size": 13 * size, "text-max-width": 6 }, paint: paint(c.blue) },
    { id: "river-names", type: "symbol", source: "base", "source-layer": "waterway", minzoom: 13, layout: { ...text, "text-size": 12 * size, "symbol-placement": "line", "symbol-spacing": 400 }, paint: paint(c.blue) },
    { id: "stations", type: "symbol", ...label, minzoom: 13, filter: kinds("station"), layout: { ...text, "text-size": 12 * size, "text-max-width": 7 }, paint: paint(c.soft) },
    // The greater road's name finds its place first.
    { id: "small-road-names", type: "symbol", source: "base", "source-layer": "road", minzoom: 14.5, filter: kinds("minor", "service", "pedestrian", "path"), layout: { ...text, "text-size": large, "symbol-placement": "line", "symbol-spacing": 300 }, paint: paint(c.soft) },
    { id: "road-names", type: "symbol", source: "base", "source-layer": "road", minzoom: 11.5, filter: kinds("tertiary", "secondary", "primary", "trunk", "motorway"), layout: { ...text, "text-size": large, "symbol-placement": "line", "symbol-spacing": 350 }, paint: paint(c.text) },
    { id: "places", type: "symbol", ...label, filter: kinds("village", "quarter", "suburb", "town", "city"), layout: { ...text, "text-size": ["match", ["get", "kind"], ["city", "town"], 17 * size, "suburb", 15 * size, 13 * size], "text-max-width": 8 }, paint: paint(c.text) },
  ];
}
