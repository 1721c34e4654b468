// <luyuan-live>: says that something changed and refreshes on a click. It never reloads by itself:
// somebody may be typing.
class Live extends HTMLElement {
  private source?: EventSource;

  connectedCallback(): void {
    const order = this.dataset.order;
    // An order that is not public opens only with the key that stands in this page's address.
    const key = new URLSearchParams(location.search).get("key");
    const wanted = new URLSearchParams(order ? { order, ...(key ? { key } : {}) } : {});
    this.source = new EventSource(`/events?${wanted}`);
    this.source.addEventListener("order", () => this.say());
  }

  disconnectedCallback(): void {
    this.source?.close();
  }

  private say(): void {
    if (this.firstChild) return;
    const button = document.createElement("button");
    button.className = "button";
    button.textContent = this.dataset.changed ?? "";
    button.addEventListener("click", () => location.reload());
    this.setAttribute("role", "status");
    this.append(button);
  }
}
customElements.define("luyuan-live", Live);
