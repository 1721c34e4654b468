// <luyuan-where>: a place by name (also pinyin initials), by my position, or by a tap on the map.
interface Place {
  /** Null for a named street: it is only a point. */
  code: string | null;
  name: string;
  within: string[];
  lon: number | null;
  lat: number | null;
}

class Where extends HTMLElement {
  private field!: HTMLInputElement;
  private list!: HTMLElement;
  private said!: HTMLElement;
  private found: Place[] = [];
  private at = -1;
  private asked = 0;

  connectedCallback(): void {
    this.field = this.querySelector<HTMLInputElement>("input[name=address]")!;
    this.list = this.querySelector<HTMLElement>(".found")!;
    this.said = this.querySelector<HTMLElement>(".said")!;
    this.field.setAttribute("role", "combobox");
    this.field.setAttribute("aria-controls", this.list.id);
    this.field.setAttribute("aria-expanded", "false");
    this.field.addEventListener("input", () => this.search());
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.querySelector("[data-locate]")?.addEventListener("click", () => this.locate());
    const photo = this.querySelector<HTMLInputElement>("[data-position]");
    photo?.addEventListener("change", () => photo.files?.[0] && void this.photo(photo.files[0]));
    const { lon, lat } = this.dataset;
    if (lon && lat) {
      // Chosen before the form came back: the map remembers it.
      customElements.whenDefined("luyuan-map").then(() => this.show(Number(lon), Number(lat)));
    }
    this.querySelector("luyuan-map")?.addEventListener("picked", (event) => {
      const [lon, lat] = (event as CustomEvent<[number, number]>).detail;
      void this.point(lon, lat);
    });
  }

  private show(lon: number, lat: number): void {
    this.querySelector("luyuan-map")?.dispatchEvent(new CustomEvent("show-point", { detail: [lon, lat] }));
  }

  private set(name: string, value: string): void {
    const field = this.querySelector<HTMLInputElement>(`input[name=${name}]`);
    if (field) field.value = value;
  }

  private async search(): Promise<void> {
    const typed = this.field.value.trim();
    const mine = ++this.asked;
    this.set("place", "");
    if (!typed) return this.close();
    const answer = await fetch(`${this.dataset.search}?q=${encodeURIComponent(typed)}`);
    if (mine !== this.asked || !answer.ok) return; // a later letter was typed meanwhile
    this.found = (await answer.json()) as Place[];
    this.at = -1;
    this.list.replaceChildren(
      ...this.found.map((place, index) => {
        const item = document.createElement("li");
        item.id = `found-${index}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        item.textContent = `${place.name} · ${place.within.slice(0, 2).join(" · ")}`;
        item.addEventListener("click", () => this.choose(place));
        return item;
      }),
    );
    this.list.hidden = this.found.length === 0;
    this.field.setAttribute("aria-expanded", String(this.found.length > 0));
    this.said.textContent = this.found.length ? "" : (this.dataset.none ?? "");
  }

  private key(event: KeyboardEvent): void {
    if (this.list.hidden) return;
    if (event.key === "ArrowDown") this.mark(this.at + 1);
    else if (event.key === "ArrowUp") this.mark(this.at - 1);
    else if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && this.found[Math.max(this.at, 0)]) this.choose(this.found[Math.max(this.at, 0)]!);
    else return;
    event.preventDefault();
  }

  private mark(at: number): void {
    this.at = (at + this.found.length) % this.found.length;
    [...this.list.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === this.at)));
    this.field.setAttribute("aria-activedescendant", `found-${this.at}`);
  }

  private choose(place: Place): void {
    this.field.value = place.name;
    if (place.code === null) {
      this.close();
      if (place.lon !== null && place.lat !== null) void this.point(place.lon, place.lat);
      return;
    }
    this.set("place", place.code);
    this.set("lon", "");
    this.set("lat", "");
    this.said.textContent = `${this.dataset.found ?? ""} ${[...place.within].reverse().slice(1).join(" › ")} › ${place.name}`;
    if (place.lon !== null && place.lat !== null) {
      this.show(place.lon, place.lat);
    }
    this.close();
  }

  private close(): void {
    this.list.hidden = true;
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
  }

  private locate(): void {
    const refused = () => (this.said.textContent = this.dataset.refused ?? "");
    if (!navigator.geolocation) return void refused();
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => void this.point(coords.longitude, coords.latitude),
      refused,
      { enableHighAccuracy: true, timeout: 15_000 },
    );
  }

  /** Where a photo was taken: only its beginning is sent, and only because somebody asked for it. */
  private async photo(file: File): Promise<void> {
    const answer = await fetch(this.dataset.at ?? "", { method: "POST", body: file.slice(0, 400_000) });
    const found = answer.ok ? ((await answer.json()) as { lon: number; lat: number } | null) : null;
    if (!found) return void (this.said.textContent = this.dataset.noPosition ?? "");
    this.dispatchEvent(new CustomEvent("photo", { detail: file, bubbles: true }));
    await this.point(found.lon, found.lat);
  }

  private async point(lon: number, lat: number): Promise<void> {
    this.set("lon", lon.toFixed(6));
    this.set("lat", lat.toFixed(6));
    this.set("place", "");
    this.show(lon, lat);
    const answer = await fetch(`${this.dataset.at}?lon=${lon}&lat=${lat}`);
    const place = answer.ok ? ((await answer.json()) as Place | null) : null;
    if (!place) return void (this.said.textContent = this.dataset.outside ?? "");
    const path = [...place.within].reverse().slice(1).concat(place.name).join(" › ");
    this.said.textContent = `${this.dataset.found ?? ""} ${path}`;
    if (!this.field.value) this.field.value = place.name;
  }
}
customElements.define("luyuan-where", Where);
