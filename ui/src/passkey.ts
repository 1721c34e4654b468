// <luyuan-passkey>: before the form inside is sent, asks the server what to ask the browser for, asks
// it, and sends the answer along. Whose passkey it is, is for the server to check.
type Asked = { step: string; options: PublicKeyCredentialCreationOptionsJSON | PublicKeyCredentialRequestOptionsJSON };

class Passkey extends HTMLElement {
  connectedCallback(): void {
    const form = this.querySelector("form");
    form?.addEventListener("submit", (event) => {
      if (form.elements.namedItem("response")) return;
      event.preventDefault();
      void this.ask(form);
    });
  }

  private async ask(form: HTMLFormElement): Promise<void> {
    const told = form.querySelector<HTMLElement>("[role=alert]");
    const tell = (words: string | undefined): void => {
      if (!told) return;
      told.textContent = words ?? "";
      told.hidden = false;
    };
    if (!("PublicKeyCredential" in globalThis) || !PublicKeyCredential.parseCreationOptionsFromJSON) {
      tell(this.dataset.unable);
      return;
    }
    const body = new URLSearchParams(new FormData(form) as unknown as Record<string, string>);
    const answer = await fetch(this.dataset.ask ?? "", { method: "POST", body, headers: { accept: "application/json" } });
    if (!answer.ok) {
      tell(this.dataset.refused);
      return;
    }
    const { step, options } = (await answer.json()) as Asked;
    try {
      const credential =
        "user" in options
          ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
          : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
      if (!(credential instanceof PublicKeyCredential)) throw new Error("no credential");
      this.add(form, "step", step);
      this.add(form, "response", JSON.stringify(credential.toJSON()));
      form.submit();
    } catch {
      // The person said no, or waited too long: both leave everything as it was.
      tell(this.dataset.refused);
    }
  }

  private add(form: HTMLFormElement, name: string, value: string): void {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = value;
    form.append(field);
  }
}
customElements.define("luyuan-passkey", Passkey);
