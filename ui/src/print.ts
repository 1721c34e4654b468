// <luyuan-print>: a button that prints the page.
class Print extends HTMLElement {
  connectedCallback(): void {
    this.querySelector("button")?.addEventListener("click", () => print());
  }
}
customElements.define("luyuan-print", Print);
