// <luyuan-green>: parks and doors on the map, and what a park, an entrance or a crossing more would
// bring while it is dragged. Everything that it shows stands in the page as figures and tables too.
import { describe } from "./base";
import { bounds, shapes, style } from "./map";
import type { GeoJSONSource, Map as MapLibre, Marker } from "maplibre-gl";

type Library = typeof import("maplibre-gl");
type At = { lon: number; lat: number };
type Edit =
  | { edit: "park"; entrances: At[]; square_metres: number; is_park: boolean }
  | { edit: "entrance"; park: string; at: At }
  | { edit: "crossing"; from: At; to: At }
  | { edit: "without_park"; park: string }
  | { edit: "without_entrance"; park: string; at: At };
type Share = { covered: number; total: number; percent: number | null };
type Changed = { id: string; lon: number; lat: number; residents: number; gained: boolean };
type Goal = { goal: string; residents: Share; doors: Share; residents_gained: number; residents_lost: number; doors_gained: number; doors_lost: number; changed: Changed[] };
type City = { goals: string[]; doors: [string, number, number, number, number][]; entrances: [number, number][]; parks: GeoJSON.FeatureCollection<GeoJSON.MultiPolygon, { id: string; name: string; park: boolean }> };

/** At most so often the server is asked while somebody drags, in milliseconds. */
const PAUSE = 110;
/** A pocket park's usual size, and how long a crossing is at first, in metres. */
const POCKET = 600;
const ACROSS = 30;
const METRES = 111_195;

const COLOURS = {
  light: { within: "#2f6b3c", out: "#a8321f", gained: "#0b5fa5", lost: "#8a5a00", ink: "#ffffff", park: "#9fcf9f", line: "#2f6b3c", way: "#0b5fa5" },
  dark: { within: "#8fcf9c", out: "#ff9d8b", gained: "#7cc4ff", lost: "#f0c36a", ink: "#16191b", park: "#2f5a3a", line: "#8fcf9c", way: "#7cc4ff" },
};

/** A number with its thousands told apart. */
const many = (n: number): string => Math.round(n).toString().replace(/\B(?=(\d{3})+$)/g, ",");
const signed = (n: number): string => (n < 0 ? `−${many(-n)}` : `+${many(n)}`);
const fixed = (n: number): string => n.toFixed(6);

/** A change as it stands in an address; the server reads the same. */
function written(edit: Edit): string {
  const point = (at: At) => `${fixed(at.lon)},${fixed(at.lat)}`;
  switch (edit.edit) {
    case "park": return `${edit.is_park ? "park" : "green"}@${edit.entrances.map(point).join(";")}@${edit.square_metres}`;
    case "entrance": return `entrance@${point(edit.at)}@${edit.park}`;
    case "crossing": return `crossing@${point(edit.from)};${point(edit.to)}`;
    case "without_park": return `without-park@${edit.park}`;
    case "without_entrance": return `without-entrance@${point(edit.at)}@${edit.park}`;
  }
}

/** The points of a change that can be dragged. */
function handles(edit: Edit): At[] {
  switch (edit.edit) {
    case "park": return edit.entrances;
    case "crossing": return [edit.from, edit.to];
    case "without_park": return [];
    default: return [edit.at];
  }
}

/** A mark of a shape of its own, so that nothing is told by colour alone. */
function mark(kind: "within" | "out" | "gained" | "lost", colour: string, ink: string): ImageData {
  const size = 32, c = document.createElement("canvas").getContext("2d")!;
  c.canvas.width = c.canvas.height = size;
  c.fillStyle = colour; c.strokeStyle = ink; c.lineWidth = 3;
  c.beginPath();
  if (kind === "within") c.arc(16, 16, 9, 0, 7);
  else if (kind === "gained") { for (const [x, y] of [[16, 2], [20, 12], [30, 16], [20, 20], [16, 30], [12, 20], [2, 16], [12, 12]]) c.lineTo(x!, y!); }
  else if (kind === "lost") { for (const [x, y] of [[3, 6], [29, 6], [16, 28]]) c.lineTo(x!, y!); }
  else { for (const [x, y] of [[16, 4], [28, 16], [16, 28], [4, 16]]) c.lineTo(x!, y!); }
  c.closePath(); c.fill(); c.stroke();
  if (kind === "out") { c.fillStyle = ink; c.fillRect(10, 14, 12, 4); }
  return c.getImageData(0, 0, size, size);
}

class Green extends HTMLElement {
  private library?: Library;
  private map?: MapLibre;
  private city?: City;
  private edits: Edit[] = [];
  private marks: Marker[] = [];
  private asking = false;
  private again = false;
  private words: string[] = [];

  connectedCallback(): void {
    this.edits = JSON.parse(this.dataset.edits || "[]") as Edit[];
    for (const button of this.querySelectorAll<HTMLElement>("[data-put]")) button.addEventListener("click", () => this.put(button.dataset.put!));
    const place = this.querySelector<HTMLElement>(".canvas-place");
    if (!place) return;
    const watch = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      watch.disconnect();
      void this.open(place);
    });
    watch.observe(place);
  }

  private async open(place: HTMLElement): Promise<void> {
    const sheet = document.createElement("link");
    sheet.rel = "stylesheet";
    sheet.href = new URL("./maplibre-gl.css", import.meta.url).href;
    document.head.append(sheet);
    const [base, library, city, district, upper, near, roads, parks, compounds] = await Promise.all([
      describe(),
      import("./maplibre-gl.mjs" as string) as Promise<Library>,
      fetch(this.dataset.map!).then((answer) => answer.json() as Promise<City>),
      shapes("district"), shapes("street,town"), shapes("community,village"), shapes("road_section"), shapes("park"), shapes("compound"),
    ]);
    this.library = library;
    this.city = city;
    const colours = matchMedia("(prefers-color-scheme: dark)").matches ? COLOURS.dark : COLOURS.light;
    const all = city.doors.length ? city.doors.map((door): [number, number] => [door[1], door[2]]) : [[113.64, 34.72] as [number, number]];
    const box: [number, number, number, number] = [Math.min(...all.map((at) => at[0])), Math.min(...all.map((at) => at[1])), Math.max(...all.map((at) => at[0])), Math.max(...all.map((at) => at[1]))];
    const chosen = this.edits.flatMap(handles);
    this.map = new library.Map({
      container: place, style: style({ district, upper, near, roads, parks, compounds }, base),
      ...(chosen[0] ? { center: [chosen[0].lon, chosen[0].lat] as [number, number], zoom: 14.5 } : { bounds: district.features.length ? bounds(district) : box, fitBoundsOptions: { padding: 12 } }),
      attributionControl: false, dragRotate: false, pitchWithRotate: false,
    });
    const map = this.map;
    map.addControl(new library.NavigationControl({ showCompass: false }));
    map.getCanvas().setAttribute("aria-label", this.dataset.label ?? "");
    map.on("load", () => {
      for (const kind of ["within", "out", "gained", "lost"] as const) map.addImage(kind, mark(kind, colours[kind], colours.ink), { pixelRatio: 2 });
      const empty: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
      map.addSource("green-parks", { type: "geojson", data: city.parks });
      map.addSource("green-gates", { type: "geojson", data: { type: "FeatureCollection", features: city.entrances.map((at) => ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: at } })) } });
      map.addSource("green-doors", { type: "geojson", data: this.doors() });
      for (const name of ["green-changed", "green-way", "green-new"]) map.addSource(name, { type: "geojson", data: empty });
      map.addLayer({ id: "green-parks", type: "fill", source: "green-parks", paint: { "fill-color": colours.park, "fill-opacity": 0.8, "fill-outline-color": colours.line } });
      map.addLayer({ id: "green-gates", type: "circle", source: "green-gates", minzoom: 12.5, paint: { "circle-radius": 4, "circle-color": colours.ink, "circle-stroke-color": colours.line, "circle-stroke-width": 2 } });
      const size = ["interpolate", ["linear"], ["zoom"], 10, 0.35, 13, 0.7, 16, 1.2] as unknown as number;
      map.addLayer({ id: "green-doors", type: "symbol", source: "green-doors", layout: { "icon-image": ["case", ["get", "within"], "within", "out"], "icon-size": size, "icon-allow-overlap": true, "icon-ignore-placement": true } });
      map.addLayer({ id: "green-changed", type: "symbol", source: "green-changed", layout: { "icon-image": ["case", ["get", "gained"], "gained", "lost"], "icon-size": ["interpolate", ["linear"], ["zoom"], 10, 0.5, 13, 1, 16, 1.6] as unknown as number, "icon-allow-overlap": true, "icon-ignore-placement": true } });
      map.addLayer({ id: "green-way", type: "line", source: "green-way", filter: ["!", ["get", "straight"]], paint: { "line-color": colours.way, "line-width": 4 } });
      map.addLayer({ id: "green-straight", type: "line", source: "green-way", filter: ["get", "straight"], paint: { "line-color": colours.way, "line-width": 3, "line-dasharray": [1.5, 1.5] } });
      map.addLayer({ id: "green-new", type: "line", source: "green-new", paint: { "line-color": colours.gained, "line-width": 4 } });
      map.on("click", "green-doors", (event) => {
        const id = event.features?.[0]?.properties.id as string | undefined;
        if (id) void this.why(id);
      });
      this.draw();
      if (this.edits.length) void this.ask();
      this.setAttribute("data-ready", "");
    });
  }

  /** Doors by whether they reach the goal. */
  private doors(): GeoJSON.FeatureCollection {
    const bit = Math.max(this.city!.goals.indexOf(this.dataset.goal ?? ""), 0);
    return { type: "FeatureCollection", features: this.city!.doors.map(([id, lon, lat, , reached]) => ({ type: "Feature", properties: { id, within: ((reached >> bit) & 1) === 1 }, geometry: { type: "Point", coordinates: [lon, lat] } })) };
  }

  /** Puts something into the middle of what is seen. */
  private put(kind: string): void {
    if (!this.map) return;
    const { lng: lon, lat } = this.map.getCenter();
    if (kind === "park") this.edits.push({ edit: "park", entrances: [{ lon, lat }], square_metres: POCKET, is_park: true });
    else if (kind === "crossing") this.edits.push({ edit: "crossing", from: { lon, lat: lat - ACROSS / 2 / METRES }, to: { lon, lat: lat + ACROSS / 2 / METRES } });
    else {
      const park = this.nearest({ lon, lat });
      if (park) this.edits.push({ edit: "entrance", park: park.id, at: park.at });
    }
    if (this.map.getZoom() < 13) this.map.jumpTo({ center: [lon, lat], zoom: 13.5 });
    this.draw();
    this.marks[this.marks.length - 1]?.getElement().focus();
    void this.ask();
  }

  /** The point of a park's boundary that is nearest. */
  private nearest(from: At): { id: string; at: At } | undefined {
    let best = Infinity, found: { id: string; at: At } | undefined;
    const wide = Math.cos((from.lat * Math.PI) / 180);
    for (const { properties, geometry } of this.city!.parks.features) {
      for (const part of geometry.coordinates) {
        const ring = part[0] ?? [];
        for (let n = 1; n < ring.length; n++) {
          const [ax, ay] = ring[n - 1] as [number, number], [bx, by] = ring[n] as [number, number];
          const dx = (bx - ax) * wide, dy = by - ay, length = dx * dx + dy * dy;
          const share = length ? Math.min(Math.max((((from.lon - ax) * wide) * dx + (from.lat - ay) * dy) / length, 0), 1) : 0;
          const at = { lon: ax + (bx - ax) * share, lat: ay + (by - ay) * share };
          const far = ((at.lon - from.lon) * wide) ** 2 + (at.lat - from.lat) ** 2;
          if (far < best) { best = far; found = { id: properties.id, at }; }
        }
      }
    }
    return found;
  }

  /** Draws the changes as marks that can be dragged, by hand or by keys. */
  private draw(): void {
    for (const known of this.marks) known.remove();
    this.marks = [];
    if (!this.map || !this.library) return;
    const still = this.dataset.still !== undefined;
    this.edits.forEach((edit, number) => {
      handles(edit).forEach((at) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "green-mark";
        button.dataset.kind = edit.edit;
        button.disabled = still;
        const name = edit.edit === "park" ? this.dataset.park : edit.edit === "crossing" ? this.dataset.crossing : this.dataset.entrance;
        button.setAttribute("aria-label", `${name ?? ""} ${number + 1}`);
        const marker = new this.library!.Marker({ element: button, draggable: !still }).setLngLat([at.lon, at.lat]).addTo(this.map!);
        const moved = () => {
          const { lng, lat } = marker.getLngLat();
          this.move(edit, at, { lon: lng, lat });
          marker.setLngLat([at.lon, at.lat]);
        };
        marker.on("drag", moved);
        marker.on("dragend", moved);
        button.addEventListener("keydown", (event) => {
          const step = (event.shiftKey ? 100 : 10) / METRES, wide = step / Math.cos((at.lat * Math.PI) / 180);
          const ways: Record<string, [number, number]> = { ArrowLeft: [-wide, 0], ArrowRight: [wide, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
          const way = ways[event.key];
          if (way) {
            this.move(edit, at, { lon: at.lon + way[0], lat: at.lat + way[1] });
            marker.setLngLat([at.lon, at.lat]);
          } else if (event.key === "Delete" || event.key === "Backspace") {
            this.take(number);
          } else return;
          event.preventDefault();
          event.stopPropagation();
        });
        this.marks.push(marker);
      });
    });
    this.crossings();
    this.list();
  }

  private move(edit: Edit, point: At, to: At): void {
    // An entrance slides along the boundary of the nearest park.
    if (edit.edit === "entrance") {
      const park = this.nearest(to);
      if (park) { edit.park = park.id; to = park.at; }
    }
    point.lon = to.lon;
    point.lat = to.lat;
    this.crossings();
    this.list();
    void this.ask();
  }

  private take(number: number): void {
    this.edits.splice(number, 1);
    this.draw();
    void this.ask();
    this.querySelector<HTMLElement>("[data-put]")?.focus();
  }

  private crossings(): void {
    const lines = this.edits.flatMap((edit) => (edit.edit === "crossing" ? [[[edit.from.lon, edit.from.lat], [edit.to.lon, edit.to.lat]]] : []));
    this.map?.getSource<GeoJSONSource>("green-new")?.setData({ type: "FeatureCollection", features: lines.map((coordinates) => ({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates } })) });
  }

  /** The list of changes, the forms and the address follow. */
  private list(): void {
    if (this.dataset.still !== undefined) return;
    const words = this.edits.map(written);
    if (words.join("\n") === this.words.join("\n")) return;
    this.words = words;
    for (const where of this.querySelectorAll<HTMLElement>("[data-edits-here]")) {
      where.replaceChildren(...words.map((word) => {
        const input = document.createElement("input");
        input.type = "hidden"; input.name = "edit"; input.value = word;
        return input;
      }));
    }
    const name = (edit: Edit) => (edit.edit === "park" ? `${this.dataset.park} ${many(edit.square_metres)} m²` : edit.edit === "crossing" ? this.dataset.crossing : edit.edit === "without_park" ? `− ${edit.park}` : this.dataset.entrance) ?? "";
    const list = this.querySelector("[data-changes]");
    list?.replaceChildren(...this.edits.map((edit, number) => {
      const item = document.createElement("li");
      const at = handles(edit)[0];
      item.append(`${number + 1}. ${name(edit)}${at ? ` · ${at.lon.toFixed(5)}, ${at.lat.toFixed(5)}` : ""} · `);
      const button = document.createElement("button");
      button.type = "button"; button.className = "tool"; button.textContent = this.dataset.remove ?? "";
      button.addEventListener("click", () => this.take(number));
      item.append(button);
      return item;
    }));
    this.querySelector<HTMLElement>("[data-nothing]")?.toggleAttribute("hidden", words.length > 0);
    this.querySelector<HTMLElement>("[data-keep]")?.toggleAttribute("hidden", words.length === 0);
    const address = new URL(location.href);
    address.searchParams.delete("edit");
    for (const word of words) address.searchParams.append("edit", word);
    history.replaceState(history.state, "", address);
  }

  /** Asks what the changes bring; while one answer is under way, only the newest question waits. */
  private async ask(): Promise<void> {
    if (this.asking) return void (this.again = true);
    this.asking = true;
    try {
      const answer = await fetch(this.dataset.try!, { method: "POST", headers: { "content-type": "application/json", "accept-language": document.documentElement.lang }, body: JSON.stringify({ ruleset: this.dataset.rules, edits: this.edits }) });
      const said = this.querySelector("[data-said]");
      if (answer.ok) {
        if (said) said.textContent = "";
        this.show(((await answer.json()) as { goals: Goal[] }).goals);
      } else if (answer.status === 429) {
        if (said) said.textContent = this.dataset.busy ?? "";
        const seconds = Number(answer.headers.get("retry-after") ?? 1);
        setTimeout(() => void this.ask(), seconds * 1000);
      } else if (said) {
        said.textContent = ((await answer.json()) as { detail?: string }).detail ?? "";
      }
    } finally {
      setTimeout(() => {
        this.asking = false;
        if (this.again) { this.again = false; void this.ask(); }
      }, PAUSE);
    }
  }

  private show(goals: Goal[]): void {
    for (const goal of goals) {
      const figure = this.querySelector<HTMLElement>(`[data-figure="${CSS.escape(goal.goal)}"]`);
      const set = (name: string, text: string) => { const at = figure?.querySelector(`[data-${name}]`); if (at && at.textContent !== text) at.textContent = text; };
      const of = (share: Share) => (this.dataset.of ?? "").replace("%n", many(share.covered)).replace("%m", many(share.total));
      set("now", goal.residents.percent === null ? "–" : `${goal.residents.percent.toFixed(1)}%`);
      set("people", of(goal.residents));
      set("doors", of(goal.doors));
      set("gain", this.edits.length ? (this.dataset.gain ?? "").replace("%p", signed(goal.residents_gained - goal.residents_lost)).replace("%d", signed(goal.doors_gained - goal.doors_lost)) : "");
      figure?.querySelector("[data-before]")?.toggleAttribute("hidden", this.edits.length === 0);
    }
    const shown = goals.find((goal) => goal.goal === this.dataset.goal) ?? goals[0];
    this.map?.getSource<GeoJSONSource>("green-changed")?.setData({ type: "FeatureCollection", features: (shown?.changed ?? []).map(({ lon, lat, gained }) => ({ type: "Feature", properties: { gained }, geometry: { type: "Point", coordinates: [lon, lat] } })) });
    this.dataset.gained = String(shown?.residents_gained ?? 0);
  }

  /** Draws a door's way to the park that is nearest in a straight line. */
  private async why(id: string): Promise<void> {
    const address = `${this.dataset.why ?? "/api/v1/green/why"}?door=${encodeURIComponent(id)}&goal=${encodeURIComponent(this.dataset.goal ?? "")}&ruleset=${encodeURIComponent(this.dataset.rules ?? "")}`;
    const answer = await fetch(address);
    if (!answer.ok) return;
    const why = (await answer.json()) as { lon: number; lat: number; park: string; park_name: string; straight_metres: number; walking_metres: number | null; way: [number, number][] };
    const park = this.city!.parks.features.find(({ properties }) => properties.id === why.park);
    const lines: GeoJSON.Feature[] = [];
    if (why.way.length > 1) lines.push({ type: "Feature", properties: { straight: false }, geometry: { type: "LineString", coordinates: why.way } });
    const to = park && this.nearestOf(park, why);
    if (to) lines.push({ type: "Feature", properties: { straight: true }, geometry: { type: "LineString", coordinates: [[why.lon, why.lat], [to.lon, to.lat]] } });
    this.map?.getSource<GeoJSONSource>("green-way")?.setData({ type: "FeatureCollection", features: lines });
    const words = why.walking_metres === null ? this.dataset.lineNone : this.dataset.line;
    const said = this.querySelector("[data-said]");
    if (said) said.textContent = `${id}: ${(words ?? "").replace("%s", many(why.straight_metres)).replace("%w", many(why.walking_metres ?? 0)).replace("%p", why.park_name || (this.dataset.nameless ?? ""))}`;
    this.dataset.told = id;
  }

  private nearestOf(park: City["parks"]["features"][number], from: At): At | undefined {
    const all = this.city!.parks;
    this.city!.parks = { type: "FeatureCollection", features: [park] };
    const found = this.nearest(from)?.at;
    this.city!.parks = all;
    return found;
  }
}
customElements.define("luyuan-green", Green);
