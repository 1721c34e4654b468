// <luyuan-push>: a button that lets this browser ring when something happened (Web Push).
class Push extends HTMLElement {
  connectedCallback(): void {
    const button = this.querySelector("button");
    const status = this.querySelector("[role=status]");
    if (!button || !status) return;
    if (!("serviceWorker" in navigator) || !("PushManager" in window)) {
      this.hidden = true;
      return;
    }
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        await this.allow();
        status.textContent = this.dataset.done ?? "";
      } catch {
        status.textContent = this.dataset.failed ?? "";
        button.disabled = false;
      }
    });
  }

  private async allow(): Promise<void> {
    if ((await Notification.requestPermission()) !== "granted") throw new Error("not allowed");
    await navigator.serviceWorker.register(this.dataset.worker ?? "/sw.js");
    const worker = await navigator.serviceWorker.ready;
    const wanted = { userVisibleOnly: true, applicationServerKey: this.dataset.key ?? "" };
    const { endpoint, keys } = (await worker.pushManager.subscribe(wanted)).toJSON();
    const form = new URLSearchParams({
      token: this.dataset.token ?? "",
      key: this.dataset.secret ?? "",
      endpoint: endpoint ?? "",
      p256dh: keys?.p256dh ?? "",
      auth: keys?.auth ?? "",
    });
    const answer = await fetch(this.dataset.action ?? "", { method: "POST", body: form });
    if (!answer.ok) throw new Error("not taken");
  }
}
customElements.define("luyuan-push", Push);
