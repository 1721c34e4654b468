// <luyuan-photo>: shows the chosen photos, and makes large ones smaller before they are sent, so that
// a slow phone connection carries them.
const LONGEST = 2048;

/** The photo, made smaller when it is large; nothing when it is no picture. */
async function shrink(file: File): Promise<File | undefined> {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    if (file.size < 600_000) return file;
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    return blob && blob.size < file.size ? new File([blob], file.name, { type: "image/jpeg" }) : file;
  } catch {
    return undefined;
  }
}

class Photo extends HTMLElement {
  private input?: HTMLInputElement | null;

  connectedCallback(): void {
    this.input = this.querySelector("input");
    this.input?.addEventListener("change", () => void this.take([...(this.input?.files ?? [])]));
    // A photo that was chosen for its position is a photo of the trouble as well.
    this.closest("form")?.addEventListener("photo", (event) => {
      void this.take([...(this.input?.files ?? []), (event as CustomEvent<File>).detail]);
    });
  }

  /** What is no picture is said at once, not after the last step. */
  private broken(): HTMLElement {
    const words = document.createElement("p");
    words.className = "wrong";
    words.setAttribute("role", "alert");
    words.textContent = this.dataset.broken ?? "";
    return words;
  }

  private async take(chosen: File[]): Promise<void> {
    const read = await Promise.all(chosen.slice(0, Number(this.dataset.max ?? 6)).map(shrink));
    const files = read.filter((file) => file !== undefined);
    const kept = new DataTransfer();
    for (const file of files) kept.items.add(file);
    if (this.input) this.input.files = kept.files;
    this.querySelector(".previews")?.replaceChildren(
      ...files.map((file) => {
        const image = document.createElement("img");
        image.src = URL.createObjectURL(file);
        image.alt = file.name;
        return image;
      }),
      ...(files.length < read.length ? [this.broken()] : []),
    );
  }
}
customElements.define("luyuan-photo", Photo);
