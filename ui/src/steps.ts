// <luyuan-steps>: one question at a time. Without scripts all questions stand below each other.
class Steps extends HTMLElement {
  private at = 0;
  private steps: HTMLFieldSetElement[] = [];
  private bar = document.createElement("div");
  private said = document.createElement("p");

  connectedCallback(): void {
    this.steps = [...this.querySelectorAll<HTMLFieldSetElement>("fieldset[data-step]")];
    this.filterCategories();
    if ("all" in this.dataset || this.steps.length === 0) return;
    this.said.className = "wrong";
    this.said.setAttribute("role", "alert");
    this.bar.className = "steps-bar";
    const back = this.button(this.dataset.back, "button quiet", () => this.show(this.at - 1));
    const next = this.button(this.dataset.next, "button", () => this.forward());
    const count = document.createElement("p");
    count.className = "step-count";
    count.setAttribute("aria-live", "polite");
    this.bar.append(back, next);
    this.append(this.said, this.bar, count);
    for (const radio of this.querySelectorAll<HTMLInputElement>("input[name=category]")) {
      radio.addEventListener("click", (event) => {
        // A tap chooses and goes on; arrow keys only choose.
        if ((event as PointerEvent).detail > 0) this.forward();
      });
    }
    this.closest("form")?.addEventListener("submit", (event) => {
      const missing = this.steps.findIndex((step) => this.missing(step));
      if (missing < 0) return;
      event.preventDefault();
      this.show(missing);
      this.forward();
    });
    this.closest("form")?.addEventListener("keydown", (event) => {
      const inText = event.target instanceof HTMLInputElement;
      if (event.key === "Enter" && inText && this.at < this.steps.length - 1) {
        event.preventDefault();
        if (event.target.id !== "where") this.forward();
      }
    });
    this.show(0, false);
  }

  private button(words: string | undefined, kind: string, act: () => void): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = kind;
    button.textContent = words ?? "";
    button.addEventListener("click", act);
    return button;
  }

  private value(name: string): string {
    const data = new FormData(this.closest("form") ?? undefined);
    return String(data.get(name) ?? "").trim();
  }

  /** The sentence that says what a step still wants, if it wants something. */
  private missing(step: HTMLFieldSetElement): string | undefined {
    const wants: Record<string, [boolean, string | undefined]> = {
      where: [!this.value("address") && !this.value("lat") && !this.value("place"), this.dataset.missingWhere],
      category: [!this.value("category"), this.dataset.missingCategory],
      description: [!this.value("description"), this.dataset.missingDescription],
    };
    const [wanted, words] = wants[step.dataset.step ?? ""] ?? [false, undefined];
    return wanted ? words : undefined;
  }

  private forward(): void {
    const step = this.steps[this.at];
    const missing = step && this.missing(step);
    this.said.textContent = missing ?? "";
    this.said.hidden = !missing;
    if (!missing) this.show(this.at + 1);
  }

  private show(at: number, focus = true): void {
    this.at = Math.max(0, Math.min(at, this.steps.length - 1));
    this.said.hidden = true;
    this.steps.forEach((step, index) => (step.hidden = index !== this.at));
    const [back, next] = [...this.bar.children] as HTMLElement[];
    if (back) back.hidden = this.at === 0;
    if (next) next.hidden = this.at === this.steps.length - 1;
    const count = this.querySelector(".step-count");
    const words = this.dataset.of ?? "";
    if (count) count.textContent = words.replace("%n", String(this.at + 1)).replace("%m", String(this.steps.length));
    const legend = this.steps[this.at]?.querySelector("legend");
    if (legend && focus) {
      legend.tabIndex = -1;
      legend.focus({ preventScroll: true });
      this.scrollIntoView({ block: "start" });
    }
  }

  private filterCategories(): void {
    const field = this.querySelector<HTMLInputElement>("[data-filter]");
    field?.addEventListener("input", () => {
      const typed = field.value.trim().toLowerCase();
      for (const heading of this.querySelectorAll<HTMLElement>(".heading")) {
        let any = false;
        for (const choice of heading.querySelectorAll<HTMLElement>(".choice")) {
          const fits = !typed || (choice.textContent ?? "").toLowerCase().includes(typed) || (choice.dataset.words ?? "").includes(typed);
          choice.hidden = !fits;
          any ||= fits;
        }
        heading.hidden = !any;
        const more = heading.querySelector("details");
        if (more) more.open = typed !== "" && [...more.querySelectorAll<HTMLElement>(".choice")].some((choice) => !choice.hidden);
      }
    });
  }
}
customElements.define("luyuan-steps", Steps);
