// <luyuan-map>: the district's own shapes, drawn without any outside service. mode="pick": a tap
// chooses a point. mode="show": clusters whose counts add up to the list's.
import { type BaseMap, below, dark, describe, ground, names, source as tiles } from "./base";
import type { Map as MapLibre, Marker, StyleSpecification } from "maplibre-gl";

type Library = typeof import("maplibre-gl");
type Shapes = GeoJSON.FeatureCollection<GeoJSON.Geometry, { code: string; name: string; kind: string; count?: number; number?: string; state?: string }>;

const COLOURS = {
  light: { ground: "#f4f2ea", district: "#fbfaf6", line: "#b9b4a4", street: "#8d8877", park: "#cfe3c8", road: "#ffffff", casing: "#d5cfbf", compound: "#e7dfcc", compoundLine: "#c4b896" },
  dark: { ground: "#121516", district: "#1b1f21", line: "#4a5054", street: "#6b7276", park: "#24402c", road: "#3a4044", casing: "#2a2f32", compound: "#2d2a22", compoundLine: "#5a5442" },
};

export async function shapes(kinds: string): Promise<Shapes> {
  const answer = await fetch(`/places/shapes?kinds=${kinds}`);
  return (await answer.json()) as Shapes;
}

/** Borders above the base map, or all that the district drew itself where there is none. */
export function style(data: Record<string, Shapes>, base?: BaseMap): StyleSpecification {
  const c = dark() ? COLOURS.dark : COLOURS.light;
  const source = (name: string) => ({ type: "geojson" as const, data: data[name]! });
  if (base) {
    return {
      version: 8,
      sources: { base: tiles(base), district: source("district"), upper: source("upper"), near: source("near") },
      layers: [
        ground(), ...below(),
        { id: "near", type: "line", source: "near", minzoom: 13, paint: { "line-color": c.street, "line-width": 1, "line-opacity": 0.6, "line-dasharray": [3, 3] } },
        { id: "upper", type: "line", source: "upper", paint: { "line-color": c.street, "line-width": 1.5, "line-opacity": 0.8, "line-dasharray": [6, 2] } },
        { id: "border", type: "line", source: "district", paint: { "line-color": c.street, "line-width": 3 } },
        ...names(),
      ],
    };
  }
  return {
    version: 8,
    sources: { district: source("district"), upper: source("upper"), near: source("near"), roads: source("roads"), parks: source("parks"), compounds: source("compounds") },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": c.ground } },
      { id: "district", type: "fill", source: "district", paint: { "fill-color": c.district } },
      { id: "parks", type: "fill", source: "parks", paint: { "fill-color": c.park } },
      { id: "near", type: "line", source: "near", minzoom: 12.5, paint: { "line-color": c.line, "line-width": 0.8, "line-dasharray": [3, 3] } },
      { id: "compounds", type: "fill", source: "compounds", minzoom: 13, paint: { "fill-color": c.compound, "fill-outline-color": c.compoundLine } },
      { id: "casing", type: "line", source: "roads", paint: { "line-color": c.casing, "line-width": ["interpolate", ["linear"], ["zoom"], 10, 2.5, 16, 18] } },
      { id: "roads", type: "line", source: "roads", paint: { "line-color": c.road, "line-width": ["interpolate", ["linear"], ["zoom"], 10, 1.4, 16, 14] } },
      { id: "upper", type: "line", source: "upper", paint: { "line-color": c.street, "line-width": 1.3 } },
      { id: "border", type: "line", source: "district", paint: { "line-color": c.street, "line-width": 3 } },
    ],
  };
}

export function bounds(collection: Shapes): [number, number, number, number] {
  const box: [number, number, number, number] = [180, 90, -180, -90];
  const walk = (at: unknown): void => {
    if (!Array.isArray(at)) return;
    const [x, y] = at as unknown[];
    if (typeof x === "number" && typeof y === "number") {
      box[0] = Math.min(box[0], x); box[1] = Math.min(box[1], y); box[2] = Math.max(box[2], x); box[3] = Math.max(box[3], y);
    } else at.forEach(walk);
  };
  for (const feature of collection.features) walk((feature.geometry as GeoJSON.Polygon).coordinates);
  return box;
}

class LuyuanMap extends HTMLElement {
  private library?: Library;
  private map?: MapLibre;
  private pin?: Marker;
  private marks: Marker[] = [];
  private names: HTMLElement[] = [];
  private frame = 0;
  private asked = 0;
  private waiting?: [number, number];

  connectedCallback(): void {
    this.addEventListener("show-point", (event) => this.point((event as CustomEvent<[number, number]>).detail));
    // Loaded only when it comes into view: a hidden step costs nothing.
    const watch = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) {
        watch.disconnect();
        void this.open();
      }
    });
    watch.observe(this);
  }

  private async open(): Promise<void> {
    const sheet = document.createElement("link");
    sheet.rel = "stylesheet";
    sheet.href = new URL("./maplibre-gl.css", import.meta.url).href;
    document.head.append(sheet);
    const [library, base, district, upper, near] = await Promise.all([
      import("./maplibre-gl.mjs" as string) as Promise<Library>,
      describe(), shapes("district"), shapes("street,town"), shapes("community,village"),
    ]);
    const own = base ? [] : await Promise.all([shapes("road_section"), shapes("park"), shapes("compound")]);
    const drawn = { district, upper, near, roads: own[0]!, parks: own[1]!, compounds: own[2]! };
    this.library = library;
    const canvas = document.createElement("div");
    canvas.className = "canvas";
    this.append(canvas);
    this.map = new library.Map({
      container: canvas, style: style(drawn, base),
      // No letters are fetched: all are drawn from the reader's own fonts.
      localIdeographFontFamily: getComputedStyle(this).fontFamily,
      ...(this.dataset.mode === "point"
        ? { center: [Number(this.dataset.lon), Number(this.dataset.lat)] as [number, number], zoom: 15.5 }
        : { bounds: bounds(district), fitBoundsOptions: { padding: 16 } }),
      attributionControl: false, dragRotate: false, pitchWithRotate: false,
    });
    this.map.addControl(new library.NavigationControl({ showCompass: false }));
    this.map.getCanvas().setAttribute("aria-label", this.dataset.label ?? "");
    // With a base map whose names are real the streets' names would stand twice.
    for (const street of base ? [] : upper.features) this.name(street.properties.name, bounds({ type: "FeatureCollection", features: [street] }));
    this.map.on("move", () => this.thin());
    this.thin();
    this.credit(base);
    // The base map follows when day turns to night.
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.map?.setStyle(style(drawn, base)));
    if (this.dataset.mode === "pick") {
      this.map.on("click", (event) => {
        const at: [number, number] = [event.lngLat.lng, event.lngLat.lat];
        this.dispatchEvent(new CustomEvent("picked", { detail: at }));
      });
      if (this.waiting) this.point(this.waiting);
    } else if (this.dataset.mode === "point") {
      this.point([Number(this.dataset.lon), Number(this.dataset.lat)]);
    } else {
      this.map.on("moveend", () => void this.clusters());
      this.map.on("load", () => void this.clusters());
    }
    this.map.on("load", () => this.setAttribute("data-ready", ""));
  }

  private name(words: string, box: [number, number, number, number]): void {
    const label = document.createElement("span");
    label.className = "name";
    label.setAttribute("aria-hidden", "true");
    label.textContent = words;
    new this.library!.Marker({ element: label }).setLngLat([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]).addTo(this.map!);
    this.names.push(label);
  }

  /** Shows only names that do not lie over each other. */
  private thin(): void {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => {
      // A cluster tells more than a name.
      const kept = this.marks.map((mark) => mark.getElement().getBoundingClientRect());
      for (const label of this.names) {
        const box = label.getBoundingClientRect();
        const free = kept.every((other) => box.right < other.left || box.left > other.right || box.bottom < other.top || box.top > other.bottom);
        label.style.visibility = free ? "" : "hidden";
        if (free) kept.push(box);
      }
    });
  }

  /** Whose data it is, or that it is made. */
  private credit(base?: BaseMap): void {
    const line = document.createElement("p");
    line.className = "credit";
    const words = base?.attribution ?? document.querySelector<HTMLMetaElement>("meta[name=luyuan-credit]")?.content ?? "";
    const [owner] = /© OpenStreetMap contributors/.exec(words) ?? [];
    if (owner) {
      const link = document.createElement("a");
      link.href = "https://www.openstreetmap.org/copyright";
      link.rel = "noreferrer";
      link.textContent = owner;
      line.append(link, words.slice(words.indexOf(owner) + owner.length));
    } else line.textContent = words;
    this.append(line);
  }

  private point(at: [number, number]): void {
    this.setAttribute("data-point", at.join(","));
    this.waiting = at;
    if (!this.map || !this.library) return;
    if (!this.pin) {
      const mark = document.createElement("div");
      const drop = document.createElement("div");
      drop.className = "pin";
      mark.append(drop);
      this.pin = new this.library.Marker({ element: mark, anchor: "bottom" }).setLngLat(at).addTo(this.map);
    }
    this.pin.setLngLat(at);
    if (this.dataset.mode === "point") return;
    this.map.easeTo({ center: at, zoom: Math.max(this.map.getZoom(), 15), duration: 300 });
  }

  /** What a button of the map covers in part cannot be hit for sure: it waits until the map is moved. */
  private setAside(): void {
    const buttons = [...this.querySelectorAll(".maplibregl-ctrl")].map((control) => control.getBoundingClientRect());
    for (const mark of this.marks) {
      const one = mark.getElement();
      const at = one.getBoundingClientRect();
      one.inert = buttons.some(
        (box) => at.left < box.right && at.right > box.left && at.top < box.bottom && at.bottom > box.top,
      );
    }
  }

  private async clusters(): Promise<void> {
    const map = this.map!;
    const mine = ++this.asked;
    const view = map.getBounds();
    const box = [view.getWest(), view.getSouth(), view.getEast(), view.getNorth()].map((n) => n.toFixed(6)).join(",");
    const address = this.dataset.clusters ?? "";
    const answer = await fetch(`${address}${address.includes("?") ? "&" : "?"}bbox=${box}&zoom=${map.getZoom().toFixed(1)}`);
    if (!answer.ok || mine !== this.asked) return;
    const found = (await answer.json()) as Shapes;
    for (const mark of this.marks) mark.remove();
    this.marks = found.features.map((feature) => {
      const at = (feature.geometry as GeoJSON.Point).coordinates as [number, number];
      const { count, number, state } = feature.properties;
      const button = document.createElement("button");
      button.type = "button";
      button.className = number ? "cluster one" : "cluster";
      button.dataset.state = state ?? "";
      button.textContent = number ? "" : String(count);
      button.setAttribute("aria-label", number ?? String(count));
      button.addEventListener("click", () => {
        if (number) location.href = `/orders/${number}`;
        else map.easeTo({ center: at, zoom: map.getZoom() + 2 });
      });
      return new this.library!.Marker({ element: button }).setLngLat(at).addTo(map);
    });
    this.setAside();
    this.thin();
    this.dataset.total = String(found.features.reduce((sum, feature) => sum + (feature.properties.count ?? 0), 0));
  }
}
customElements.define("luyuan-map", LuyuanMap);
