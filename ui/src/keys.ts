// <luyuan-keys>: j and k move through the rows inside, as in mail programs; Enter follows the link.
class Keys extends HTMLElement {
  connectedCallback(): void {
    document.addEventListener("keydown", (event) => {
      const typing = event.target instanceof HTMLElement && event.target.matches("input, textarea, select");
      if (typing || event.metaKey || event.ctrlKey || (event.key !== "j" && event.key !== "k")) return;
      const links = [...this.querySelectorAll<HTMLAnchorElement>(".row a")];
      const at = links.findIndex((link) => link === document.activeElement);
      const next = event.key === "j" ? at + 1 : Math.max(at - 1, 0);
      links[Math.min(next, links.length - 1)]?.focus();
    });
  }
}
customElements.define("luyuan-keys", Keys);
