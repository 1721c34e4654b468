// <luyuan-copy>: a button that copies the field beside it.
class Copy extends HTMLElement {
  connectedCallback(): void {
    const field = this.querySelector("input");
    const button = this.querySelector("button");
    if (!field || !button) return;
    button.addEventListener("click", async () => {
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
      } catch {
        document.execCommand("copy"); // pages served without TLS have no clipboard object
      }
      button.textContent = this.dataset.copied ?? "";
    });
  }
}
customElements.define("luyuan-copy", Copy);
